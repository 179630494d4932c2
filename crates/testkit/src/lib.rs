//! For tests and benchmarks only: a whole world with verbs. A desk on SQLite or PostgreSQL, the stand-in for Microsoft
//! over HTTP, a visitor who fills in forms as a browser would.

pub mod contract;
pub mod entra;
pub mod microsoft;
pub mod post;
pub mod postfix;
pub mod visitor;
pub mod world;

pub use entra::Right;
pub use microsoft::Microsoft;
pub use post::Post;
pub use postfix::Postfix;
pub use visitor::{Page, Visitor};
pub use world::{Database, World};
