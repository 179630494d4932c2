//! From a ticket event to outbox rows: triggers, recipients, suppression, texts.
