//! The whole suspended queue as a table (CSV), for those who look through it elsewhere.

use desk::decide::Cause;
use store::{SuspendedOrder, SuspendedQuery};

use crate::{Actor, Engine, Error, Result};

/// Rows read at once.
const PAGE: u64 = 500;
/// Columns of the table.
pub const COLUMNS: usize = 7;

impl Engine {
    /// The queue, oldest first, below a line of headings: number, time (UTC), cause, author, address, subject, beginning of the
    /// text. Staff. `cause` words a cause.
    pub async fn suspended_csv(
        &self,
        actor: &Actor,
        headings: &[String; COLUMNS],
        cause: impl Fn(Cause) -> String + Send + Sync,
    ) -> Result<Vec<u8>> {
        actor.must_be_staff()?;
        let broken = |_| Error::Invalid { field: "export", problem: "not-written" };
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(headings).map_err(broken)?;
        let mut after = None;
        loop {
            let order = SuspendedOrder::CreatedAt;
            let query = SuspendedQuery { after, order, limit: PAGE, ..SuspendedQuery::default() };
            let (rows, _) = self.inner.store.suspended(&query).await?;
            for row in &rows {
                let what = &row.what;
                let record = [
                    row.id.to_string(),
                    row.created_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                    cause(what.cause),
                    harmless(&what.author),
                    harmless(&what.author_address),
                    harmless(&what.subject),
                    harmless(&what.excerpt),
                ];
                table.write_record(&record).map_err(broken)?;
            }
            match rows.last() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        table.into_inner().map_err(|_| Error::Invalid { field: "export", problem: "not-written" })
    }
}

/// A stranger's words are no formula, whatever a spreadsheet would make of them.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
