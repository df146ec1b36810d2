package dev.mien.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// Tells file systems on which SQLite's WAL mode is not safe: it needs memory that all processes share and locks that
/// work, and on these it gets neither, mostly without an error (https://www.sqlite.org/wal.html, "all processes using a
/// database must be on the same host").
final class FileSystems {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Set<String> UNSAFE = Set.of(
            "9p",
            "afs",
            "beegfs",
            "ceph",
            "cifs",
            "coda",
            "gfs2",
            "glusterfs",
            "lustre",
            "ncpfs",
            "nfs",
            "nfs4",
            "ocfs2",
            "osxfs",
            "prl_fs",
            "smb2",
            "smb3",
            "smbfs",
            "vboxsf",
            "virtiofs");

    private FileSystems() {}

    /// The type of the unsafe file system that holds `directory`; empty where it is safe or, off Linux, not known.
    static Optional<String> unsafeFor(Path directory) {
        if (!Files.isReadable(MOUNTS)) {
            return Optional.empty();
        }
        try {
            return unsafeFor(directory.toRealPath(), Files.readString(MOUNTS));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// @param mounts lines as in proc_pid_mountinfo(5): `36 35 98:0 /root /mount/point options - type source options`
    static Optional<String> unsafeFor(Path directory, String mounts) {
        var closest = Path.of("/");
        var type = "";
        for (String line : mounts.lines().toList()) {
            String[] halves = line.split(" - ", 2);
            String[] fields = halves[0].split(" ");
            if (halves.length < 2 || fields.length < 5) {
                continue;
            }
            var mountPoint = Path.of(unescape(fields[4]));
            // A later line for the same place hides an earlier one.
            if (directory.startsWith(mountPoint) && mountPoint.getNameCount() >= closest.getNameCount()) {
                closest = mountPoint;
                type = halves[1].split(" ", 2)[0];
            }
        }
        // A file system in user space may do anything; those known to pass on to another machine or host are named.
        return UNSAFE.contains(type) || type.startsWith("fuse.") ? Optional.of(type) : Optional.empty();
    }

    private static String unescape(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
