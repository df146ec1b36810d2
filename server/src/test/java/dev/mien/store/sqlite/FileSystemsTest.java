package dev.mien.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSystemsTest {
    private static final String ROOT = "29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n";

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "apfs"})
    void unsafeFor_localFileSystem_isSafe(String type) {
        String mounts = "29 1 8:1 / / rw,relatime shared:1 - " + type + " /dev/sda1 rw\n";

        assertThat(FileSystems.unsafeFor(Path.of("/srv/mien"), mounts)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs", "nfs4", "virtiofs", "9p", "cifs", "smb3", "fuse.sshfs", "fuse.s3fs", "vboxsf"})
    void unsafeFor_fileSystemOfAnotherMachine_isNamed(String type) {
        String mounts = ROOT + "40 29 0:45 / /srv rw,relatime shared:5 master:2 - " + type + " host:/export rw\n";

        assertThat(FileSystems.unsafeFor(Path.of("/srv/mien"), mounts)).contains(type);
        assertThat(FileSystems.unsafeFor(Path.of("/srv"), mounts)).contains(type);
    }

    @Test
    void unsafeFor_severalMounts_nearestDecides() {
        String mounts = "50 40 8:2 / /srv/local rw - ext4 /dev/sdb1 rw\n" + ROOT
                + "40 29 0:45 / /srv rw - nfs4 host:/export rw\n";

        assertThat(FileSystems.unsafeFor(Path.of("/srv/local/mien"), mounts)).isEmpty();
        assertThat(FileSystems.unsafeFor(Path.of("/srv/mien"), mounts)).contains("nfs4");
        assertThat(FileSystems.unsafeFor(Path.of("/home"), mounts)).isEmpty();
    }

    @Test
    void unsafeFor_nameThatOnlyBeginsTheSame_isNotInside() {
        String mounts = ROOT + "40 29 0:45 / /srv rw - nfs4 host:/export rw\n";

        assertThat(FileSystems.unsafeFor(Path.of("/srv2/mien"), mounts)).isEmpty();
    }

    @Test
    void unsafeFor_twoMountsOnOnePlace_laterHidesEarlier() {
        String mounts = ROOT + "40 29 0:45 / /srv rw - nfs4 host:/export rw\n41 40 8:2 / /srv rw - ext4 /dev/sdb1 rw\n";

        assertThat(FileSystems.unsafeFor(Path.of("/srv/mien"), mounts)).isEmpty();
    }

    @Test
    void unsafeFor_mountPointWithSpace_isUnescaped() {
        String mounts = ROOT + "40 29 0:45 / /srv/my\\040data rw - 9p host rw\n";

        assertThat(FileSystems.unsafeFor(Path.of("/srv/my data/mien"), mounts)).contains("9p");
    }

    @Test
    void unsafeFor_linesThatAreNone_areSkipped() {
        String mounts = "\nnonsense\n1 2 3 - nfs4 x\n" + ROOT;

        assertThat(FileSystems.unsafeFor(Path.of("/srv/mien"), mounts)).isEmpty();
    }
}
