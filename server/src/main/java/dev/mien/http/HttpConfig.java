package dev.mien.http;

import dev.mien.config.Setting;

/// Limits of requests.
///
/// @param maximumBodyBytes largest body that is accepted
public record HttpConfig(
        @Setting(value = "largest request body in bytes; more gets 413", byDefault = "1048576")
        int maximumBodyBytes) {
    public HttpConfig {
        if (maximumBodyBytes < 1) {
            throw new IllegalArgumentException("--http-maximum-body-bytes must be positive");
        }
    }
}
