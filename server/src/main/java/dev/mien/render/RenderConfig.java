package dev.mien.render;

import dev.mien.config.Setting;

/// How prompts are made.
///
/// @param template a file with the template for personas that have none; empty for Mien's own
public record RenderConfig(
        @Setting(value = "file with the template of prompts, for personas that have none", byDefault = "")
        String template) {
    public RenderConfig {
        Renderer.ofFile(template);
    }
}
