package dev.mien.store.copy;

/// A process that copies from its first argument to its second, says so at its hundredth persona, and waits there.
final class CopyProcess {
    private CopyProcess() {}

    public static void main(String[] arguments) {
        new Side(arguments[0]).copyTo(new Side(arguments[1]), false, (what, done, all) -> {
            if (what.equals("Copying personas") && done == 100) {
                System.out.println("in the middle");
                waitForEver();
            }
        });
    }

    private static void waitForEver() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
