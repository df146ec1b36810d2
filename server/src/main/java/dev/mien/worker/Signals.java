package dev.mien.worker;

import java.lang.reflect.Proxy;

/// Signals of the operating system. The JDK has no other way to handle them than `sun.misc.Signal`, which it keeps for
/// this (JEP 260). By reflection, since the compiler warns of every other use and knows no way to silence it.
final class Signals {
    private Signals() {}

    static void ignore(String name) {
        handle(name, () -> {});
    }

    static void handle(String name, Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handlerType = Class.forName("sun.misc.SignalHandler");
            var handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + name + " cannot be handled", e);
        }
    }
}
