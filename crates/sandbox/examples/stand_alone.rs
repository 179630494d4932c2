//! temporary
use sandbox::{Config, Sandbox};
#[tokio::main]
async fn main() {
    let a: Vec<String> = std::env::args().collect();
    let s = Sandbox::start(Config { listen: a[3].parse().unwrap(), tls: a.get(5).map(Into::into), state: None, company: false, app: None }).await.unwrap();
    let _ = s.base();
    std::future::pending::<()>().await;
}
