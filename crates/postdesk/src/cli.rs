//! The commands and their help.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A help desk that lives in your Microsoft 365 mailbox.
///
/// Start with `postdesk sandbox`: it needs no Microsoft account, no configuration and no network. For real mail write a
/// configuration file (`postdesk config > postdesk.toml` prints one with every key explained) and run `postdesk serve`.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// Configuration file; without it `postdesk.toml` in the current folder is read when it is there.
    #[arg(long, short, global = true, env = "POSTDESK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try everything on this machine: the desk and a stand-in for Microsoft 365, with a believable company in it
    ///
    /// The desk listens on http://127.0.0.1:8700, the stand-in (with its pretend Outlook) on http://127.0.0.1:8701.
    /// Everything is kept in the data folder; a second start finds it again. Delete the folder to begin anew.
    Sandbox {
        /// Folder for database, mails and the stand-in's mailboxes
        #[arg(long, value_name = "DIR", default_value = "data/sandbox")]
        data: PathBuf,
        /// Where the desk listens
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8700")]
        listen: SocketAddr,
        /// Where the stand-in listens
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8701")]
        microsoft: SocketAddr,
        /// Where the mail server beside the stand-in takes mail by SMTP
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8725")]
        smtp: SocketAddr,
    },
    /// Run the desk: web pages and the loops that read and send mail
    ///
    /// Stops cleanly on SIGTERM or Ctrl-C; whatever it is killed by, the next start goes on where it stopped. With
    /// PostgreSQL any number of processes may run at once.
    Serve {
        /// Only one of the two halves: `web` (pages) or `worker` (loops)
        #[arg(long, value_name = "HALF")]
        only: Option<Half>,
    },
    /// Run the stand-in for Entra ID and Exchange Online alone (docs/sandbox.md tells what it can do)
    Microsoft {
        /// Where to listen
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8701")]
        listen: SocketAddr,
        /// Take mail by SMTP as well, on this address (with STARTTLS when --tls is given)
        #[arg(long, value_name = "ADDR")]
        smtp: Option<SocketAddr>,
        /// Serve https; certificates of an own CA are kept in this folder, `ca.pem` beside them
        #[arg(long, value_name = "DIR")]
        tls: Option<PathBuf>,
        /// Keep the mailboxes in this file; without it they live in memory
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        /// Start without the believable company
        #[arg(long)]
        empty: bool,
        /// Register an application: CLIENT_ID,SECRET,REDIRECT_URI
        #[arg(long, value_name = "ID,SECRET,URI")]
        app: Option<String>,
    },
    /// Bring the database up to date (also done by `serve` at each start)
    Migrate,
    /// Make an administrator, or let one back in when nobody can sign in any more
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Make tickets of mails from files: .eml, folders of them, mbox
    ///
    /// Nothing is sent to anybody, and original dates are kept. Mail that the desk knows already is not taken in twice,
    /// so an import that was interrupted is simply started again.
    Import {
        /// The support address the mails were written to
        #[arg(long, value_name = "ADDR")]
        address: String,
        /// Say what became of each mail
        #[arg(long, short)]
        verbose: bool,
        /// Files or folders
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Read one mail and show, as JSON, what the desk understands of it
    ///
    /// Subject, people, Message-ID, date, text, the new part of a reply, attachments, and of what kind the mail is with
    /// the signs for it. Changes nothing and needs no database.
    Read {
        /// The mail; `-` for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Check what works between the desk and its mailboxes, and say what to do about the rest
    ///
    /// Walks each step: registration, sign-in, permissions, mailbox, reading, a draft (deleted at once), a test mail to itself, clock, public
    /// address, limits, other readers, every mail accounted for, the domain's DNS. Ends with 1 when a finding needs somebody.
    Doctor {
        /// One support address; all of them without it
        #[arg(value_name = "ADDRESS")]
        address: Option<String>,
        /// Findings as JSON, one check-up a line
        #[arg(long)]
        json: bool,
        /// Send no test mail; report how the last one fared
        #[arg(long)]
        no_mail: bool,
        /// Language: en or ja; without it that of the environment (LC_ALL, LC_MESSAGES, LANG)
        #[arg(long, value_name = "LANGUAGE")]
        lang: Option<String>,
    },
    /// Say which kept mails are read differently today from what the desk shows. Sends nothing
    Replay {
        /// Make the desk show them as they are read today; outcome and ticket stay
        #[arg(long)]
        apply: bool,
        /// Only mail that came in since a day (2026-11-01, UTC)
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
    },
    /// Print a configuration file with every key explained
    Config,
}

/// One half of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Half {
    /// Pages.
    Web,
    /// Loops.
    Worker,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an administrator; prints the password if none is given
    Make {
        /// Address to sign in with
        #[arg(long, value_name = "ADDR")]
        address: String,
        /// Name shown to others
        #[arg(long)]
        name: Option<String>,
        /// Password, at least 10 characters; without it one is made
        #[arg(long, env = "POSTDESK_ADMIN_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// Set a new password; works without mail
    ResetPassword {
        /// Address the person signs in with
        #[arg(long, value_name = "ADDR")]
        address: String,
        /// Password, at least 10 characters; without it one is made
        #[arg(long, env = "POSTDESK_ADMIN_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
}

impl Cli {
    /// Does what was asked for.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = || crate::config::Config::load(self.config.as_deref());
        match self.command {
            Command::Sandbox { data, listen, microsoft, smtp } => {
                crate::sandbox::run(crate::sandbox::Options { data, listen, microsoft, smtp }).await?;
            }
            Command::Serve { only } => crate::serve::run(config()?, only).await?,
            Command::Microsoft { listen, smtp, tls, state, empty, app } => {
                let start = crate::sandbox::Alone { listen, smtp, tls, state, company: !empty };
                crate::sandbox::microsoft_alone(start, app.as_deref()).await?;
            }
            Command::Migrate => crate::admin::migrate(&config()?).await?,
            Command::Admin { command: AdminCommand::Make { address, name, password } } => {
                crate::admin::make(&config()?, &address, name.as_deref(), password).await?;
            }
            Command::Admin { command: AdminCommand::ResetPassword { address, password } } => {
                crate::admin::reset_password(&config()?, &address, password).await?;
            }
            Command::Import { address, verbose, paths } => {
                return crate::import::run(&config()?, &address, &paths, verbose).await;
            }
            Command::Read { file } => crate::read::run(&file)?,
            Command::Doctor { address, json, no_mail, lang } => {
                return crate::doctor::run(&config()?, address.as_deref(), json, !no_mail, lang.as_deref())
                    .await;
            }
            Command::Replay { apply, since } => {
                crate::replay::run(&config()?, apply, since.as_deref()).await?;
            }
            Command::Config => crate::config::print_default(),
        }
        Ok(ExitCode::SUCCESS)
    }
}
