//! The scene that most of these tests begin with: a desk with one mailbox, working.

use store::{LedgerRow, Reread};
use testkit::World;

/// The support address.
pub const HELP: &str = "help@contoso.test";
/// A customer.
pub const CARL: &str = "carl@example.org";
/// The administrator whom each world has.
pub const ADA: &str = "ada@desk.test";
/// As Exchange stamps mail from the same organisation.
pub const INTERNAL: &str = "X-MS-Exchange-Organization-AuthAs: Internal\r\n";

/// A desk with the support address connected, that works.
pub async fn running() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world
}

/// Waits until the ledger has so many rows and nothing is left to do.
pub async fn seen(world: &World, count: usize) {
    world.until("all seen", async || Ok(world.ledger().await?.len() >= count)).await.unwrap();
    world.settle().await.unwrap();
}

/// The ledger row of the mail with this subject.
pub async fn row_about(world: &World, subject: &str) -> LedgerRow {
    world.ledger().await.unwrap().into_iter().find(|row| row.subject == subject).unwrap()
}

/// As a reader that cannot read would have left the comment of this row.
pub async fn read_badly(world: &World, row: &LedgerRow) {
    let comment = world.store.comment(row.comment.unwrap()).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let broken = Reread {
        comment: comment.id,
        text: "????".to_owned(),
        full_text: None,
        has_html: false,
        automatic: false,
        mail: comment.mail.clone().unwrap(),
        files: Vec::new(),
    };
    tx.reread(&broken).await.unwrap();
    tx.commit().await.unwrap();
}
