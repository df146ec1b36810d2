package dev.mien.worker;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the kernel to kill this process when its supervisor ends, however that ends (prctl(2), `PR_SET_PDEATHSIG`).
/// A worker also ends when its standard input does; this is for one that is stopped and cannot notice.
final class ParentDeath {
    private static final Logger log = LoggerFactory.getLogger(ParentDeath.class);
    private static final int PR_SET_PDEATHSIG = 1;
    private static final long SIGKILL = 9;

    private ParentDeath() {}

    /// @param parent the process id of the supervisor
    static void follow(long parent) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return;
        }
        try {
            prctl().invoke(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
        } catch (Throwable e) {
            log.warn("The kernel was not asked to end this worker with its supervisor", e);
        }
        // It may have ended before the kernel was asked.
        if (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L) != parent) {
            Runtime.getRuntime().halt(1);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle prctl() {
        var linker = Linker.nativeLinker();
        var address = linker.defaultLookup().find("prctl").orElseThrow();
        return linker.downcallHandle(
                address,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }
}
