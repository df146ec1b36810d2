package dev.mien.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A component of a settings record that a person may set. The component's name is the key: `maximumEdits` of the
/// record with the prefix `commit` is `commit.maximum-edits`, `--commit-maximum-edits` and `MIEN_COMMIT_MAXIMUM_EDITS`.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /// What it means, as one phrase for `--help` and the documentation.
    String value();

    /// The default, spelt as a person would write it.
    String byDefault();

    /// Whether nobody may see the value.
    boolean secret() default false;
}
