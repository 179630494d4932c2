//! Logs: for people or as JSON. Fields named alike everywhere (`mailbox`, `ledger`, `ticket`, `request_id`); never
//! addresses' mail text, tokens or secrets.

use tracing_subscriber::EnvFilter;

use crate::config::LogForm;

/// Starts logging; a second call changes nothing.
pub fn start(form: LogForm, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("log_filter is not understood: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match form {
        LogForm::Human => builder.with_target(false).try_init(),
        LogForm::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}
