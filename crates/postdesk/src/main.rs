//! `postdesk`: the command. Reads configuration, puts store, Exchange client, engine and web face together, and runs
//! what was asked for. Nothing is decided here.
//!
//! | file | what |
//! | --- | --- |
//! | `cli.rs` | the commands and their help |
//! | `config.rs` | the configuration file and the environment |
//! | `assemble.rs` | configuration to running parts |
//! | `serve.rs` | desk and loops until a signal comes |
//! | `sandbox.rs` | desk and stand-in together, for a first look |
//! | `doctor.rs`, `import.rs`, `read.rs`, `admin.rs` | the smaller commands |

mod admin;
mod assemble;
mod cli;
mod config;
mod doctor;
mod import;
mod logs;
mod read;
mod replay;
mod sandbox;
mod serve;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // One TLS provider for the whole process: reqwest, object_store and the stand-in all use it. It fails only when
    // one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::Error::new(error).context("cannot start")),
    };
    match runtime.block_on(cli.run()) {
        Ok(code) => code,
        Err(error) => complain(&error),
    }
}

/// Says what went wrong and why, one cause a line, without a backtrace.
#[expect(clippy::print_stderr, reason = "a command speaks to people here")]
fn complain(error: &anyhow::Error) -> ExitCode {
    eprintln!("postdesk: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
    ExitCode::FAILURE
}
