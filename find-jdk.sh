# To be sourced: sets jdk to the home of a JDK 25 or newer, or ends the shell with a line that says where it was looked for.
# The environment variable MIEN_JAVA_HOME names one to use before all others.

# A JDK's file "release" tells its version; to start each one and ask would take long.
is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] &&
        [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")" -ge 25 ] 2>/dev/null
}

find_jdk() {
    on_path=$(command -v javac 2>/dev/null || true)
    if [ -n "$on_path" ]; then
        on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
    fi
    for candidate in "${MIEN_JAVA_HOME:-}" "${JAVA_HOME:-}" "$on_path" \
        /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.jbang/cache/jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

jdk=$(find_jdk)
if [ -z "$jdk" ]; then
    echo "mien: no JDK 25 found (looked at MIEN_JAVA_HOME, JAVA_HOME, the PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks); get one from https://adoptium.net or your system's packages, or set MIEN_JAVA_HOME" >&2
    exit 1
fi
