package dev.mien.render;

/// How much text one render call may produce. Counts characters and not time, so that it ends the same way on every
/// machine.
final class Allowance {
    /// Most characters that the macros and the template of one call may go through.
    static final int CHARACTERS = 4_000_000;

    private int left = CHARACTERS;

    /// @throws CannotRenderException if there is no more
    void use(int characters) {
        left -= characters;
        if (left < 0) {
            throw new CannotRenderException(
                    "", "grows beyond " + CHARACTERS + " characters when its macros and its template are filled in");
        }
    }
}
