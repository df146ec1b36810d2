/// Webhooks: URLs that are told of changes, signed, at least once, and in order for each document, by the one worker
/// that holds the lease. See [dev.mien.webhook.Dispatcher] for what holds always.
@NullMarked
package dev.mien.webhook;

import org.jspecify.annotations.NullMarked;
