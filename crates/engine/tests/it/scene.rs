//! The scene that most of these tests begin with: a desk with one mailbox, working.

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
