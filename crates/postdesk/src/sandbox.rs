//! `postdesk sandbox` and `postdesk microsoft`: the stand-in, with the desk beside it or alone.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use engine::Engine;

use crate::config::{Config, Secret};

/// The desk's registration at the stand-in; known to everybody, good for nothing else.
const CLIENT_ID: &str = "5ab0c0de-0000-4000-8000-90577de5c001";
const CLIENT_SECRET: &str = "sandbox-secret-of-the-desk";
/// The administrator of the rehearsal.
const ADMIN: &str = "admin@postdesk.example";
const PASSWORD: &str = "postdesk-sandbox";
/// Where the desk takes forwarded mail.
const MAIL_IN: u16 = 8726;

/// Where things are.
pub struct Options {
    /// Data folder.
    pub data: PathBuf,
    /// Desk.
    pub listen: SocketAddr,
    /// Stand-in.
    pub microsoft: SocketAddr,
    /// Mail server beside it.
    pub smtp: SocketAddr,
}

/// Desk and stand-in until a signal comes.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let mut config = Config::defaults()?;
    config.log_filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
    crate::logs::start(config.log, &config.log_filter)?;
    std::fs::create_dir_all(&options.data)
        .with_context(|| format!("cannot make the data folder {}", options.data.display()))?;
    let listener = crate::serve::listen(options.listen).await?;
    config.listen = listener.local_addr()?;
    config.public_url = format!("http://{}", config.listen);
    config.data_dir = options.data.join("desk");

    let mut microsoft = start_microsoft(sandbox::Config {
        listen: options.microsoft,
        tls: None,
        state: Some(options.data.join("microsoft.json")),
        company: true,
        app: Some(sandbox::App {
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            redirect_uris: redirect_uris(&config.public_url),
        }),
    })
    .await?;
    rehearse(&mut config, &microsoft.base());
    // A rehearsal without a mail server is still a rehearsal: another one may have the port.
    let smtp = match microsoft.listen_smtp(options.smtp).await {
        Ok(smtp) => Some(smtp),
        Err(error) => {
            tracing::warn!(%error, address = %options.smtp, "no mail server beside the stand-in");
            None
        }
    };

    let mail_door = open_mail_door(&mut config, smtp).await?;
    let store = crate::assemble::store(&config).await?;
    let engine = crate::assemble::engine(&config, store.clone()).await?;
    make_admin_once(&engine).await?;
    let stop = crate::serve::stop_on_signal()?;
    let outlook = format!("{}/outlook/", microsoft.base());
    welcome(&config.public_url, &outlook, smtp);
    let web = web::Config {
        public_url: config.public_url.clone(),
        secure_cookies: false,
        sandbox: Some(web::SandboxHint {
            outlook_url: outlook,
            admin_email: ADMIN.to_owned(),
            admin_password: PASSWORD.to_owned(),
        }),
    };
    let api = crate::assemble::api(&config);
    let pages = crate::serve::serve_pages(listener, engine.clone(), web, api, stop.clone());
    let loops = async { engine.run(stop.clone()).await.context("the loops stopped") };
    let door = async {
        crate::serve::take_mail(mail_door, engine.clone(), stop.clone()).await;
        Ok(())
    };
    let result = tokio::try_join!(pages, loops, door).map(|_| ());
    microsoft.stop().await;
    store.close().await;
    result
}

/// Where the desk wants browsers back: after a sign-in, and after an administrator's approval.
fn redirect_uris(desk: &str) -> Vec<String> {
    ["/admin/connect/return", "/consent/return"].map(|path| format!("{desk}{path}")).to_vec()
}

/// Points the desk at the stand-in, and makes it as quick as a rehearsal wants it: on one machine nothing is saved by patience.
fn rehearse(config: &mut Config, base: &str) {
    config.entra.client_id = Some(CLIENT_ID.to_owned());
    config.entra.client_secret = Some(Secret::from(CLIENT_SECRET.to_owned()));
    config.entra.login_url = Some(format!("{base}/"));
    config.entra.graph_url = Some(format!("{base}/"));
    config.mailbox.poll_min = 0.4;
    config.mailbox.poll_max = 0.8;
    config.mailbox.sweep_every = 60.0;
    config.mailbox.send_grace = 3.0;
    config.mailbox.lease = 5.0;
}

/// Mail servers of the rehearsal forward to the desk, and the stand-in takes the desk's own mail.
async fn open_mail_door(
    config: &mut Config,
    mail_server: Option<SocketAddr>,
) -> anyhow::Result<tokio::net::TcpListener> {
    let listener = match crate::serve::listen(SocketAddr::from(([127, 0, 0, 1], MAIL_IN))).await {
        Ok(listener) => listener,
        // Another rehearsal runs: this one does without the well-known port.
        Err(_) => crate::serve::listen(SocketAddr::from(([127, 0, 0, 1], 0))).await?,
    };
    let address = listener.local_addr()?;
    let smtp = &mut config.smtp;
    smtp.listen = Some(address);
    smtp.hostname = Some("127.0.0.1".to_owned());
    smtp.public_port = address.port();
    // Only to this rehearsal's own mail server: the one on the well-known port may be another rehearsal's.
    if let Some(out) = mail_server {
        smtp.host = Some(out.ip().to_string());
        smtp.port = out.port();
        smtp.security = "none".to_owned();
        smtp.from = Some("desk@postdesk.example".to_owned());
    }
    Ok(listener)
}

async fn make_admin_once(engine: &Engine) -> anyhow::Result<()> {
    let address = mail::Address::parse(ADMIN).context("the administrator's address")?;
    if engine.store().person_by_address(&address).await?.is_none() {
        engine.make_admin("Admin", ADMIN, PASSWORD).await?;
    }
    Ok(())
}

async fn start_microsoft(config: sandbox::Config) -> anyhow::Result<sandbox::Sandbox> {
    let listen = config.listen;
    sandbox::Sandbox::start(config)
        .await
        .with_context(|| format!("cannot start the stand-in on {listen} (is another one running there?)"))
}

/// How `postdesk microsoft` was started.
pub struct Alone {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to take mail by SMTP.
    pub smtp: Option<SocketAddr>,
    /// Folder of the certificates.
    pub tls: Option<PathBuf>,
    /// State file.
    pub state: Option<PathBuf>,
    /// With the believable company.
    pub company: bool,
}

/// `postdesk microsoft`.
#[expect(clippy::print_stdout, reason = "the command says where it listens")]
pub async fn microsoft_alone(start: Alone, app: Option<&str>) -> anyhow::Result<()> {
    crate::logs::start(
        crate::config::LogForm::Human,
        &std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()),
    )?;
    let app = match app {
        None => sandbox::App {
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            redirect_uris: redirect_uris("http://127.0.0.1:8700"),
        },
        Some(text) => {
            let mut parts = text.splitn(3, ',').map(str::to_owned);
            let (Some(client_id), Some(client_secret), Some(uri)) =
                (parts.next(), parts.next(), parts.next())
            else {
                anyhow::bail!("--app wants CLIENT_ID,SECRET,REDIRECT_URI");
            };
            sandbox::App { client_id, client_secret, redirect_uris: vec![uri] }
        }
    };
    let Alone { listen, smtp, tls, state, company } = start;
    let mut microsoft =
        start_microsoft(sandbox::Config { listen, tls, state, company, app: Some(app.clone()) }).await?;
    println!("The stand-in for Microsoft 365 listens on {}", microsoft.base());
    println!("Pretend Outlook: {}/outlook/   control: {0}/_sandbox/status", microsoft.base());
    println!("Faults and switches: {}/outlook/faults", microsoft.base());
    if let Some(smtp) = smtp {
        let address = microsoft
            .listen_smtp(smtp)
            .await
            .with_context(|| format!("cannot take mail by SMTP on {smtp}"))?;
        println!("Mail server (SMTP): {address}");
    }
    println!("Application: {}   secret: {}", app.client_id, app.client_secret);
    crate::serve::stop_on_signal()?.cancelled().await;
    microsoft.stop().await;
    Ok(())
}

/// The short block a newcomer sees.
#[expect(clippy::print_stdout, reason = "the command greets")]
fn welcome(desk: &str, outlook: &str, smtp: Option<SocketAddr>) {
    let company = sandbox::company::company(jiff::Timestamp::now());
    let mut block = String::new();
    let _ = writeln!(block);
    let _ = writeln!(block, "  Postdesk sandbox: nothing leaves this machine");
    let _ = writeln!(block);
    let _ = writeln!(block, "  Desk             {desk}");
    let _ = writeln!(block, "                   sign in as {ADMIN} / {PASSWORD}");
    let _ = writeln!(block, "  Pretend Outlook  {outlook}");
    let _ = writeln!(block, "  Faults           {outlook}faults");
    if let Some(smtp) = smtp {
        let _ = writeln!(block, "  Mail server      {smtp} (SMTP)");
    }
    let mut label = "  Microsoft 365    ";
    for person in company.people.iter().take(3) {
        let _ = writeln!(block, "{label}{} / {}", person.upn, person.password);
        label = "                   ";
    }
    let _ = writeln!(block);
    let _ = writeln!(block, "  Three things to try");
    let _ = writeln!(block, "  1. Connect a mailbox: Admin Center > Channels > Talk and email > Email >");
    let _ = writeln!(
        block,
        "     Manage support addresses > Add address, and sign in as one of the accounts above."
    );
    let _ = writeln!(
        block,
        "  2. In the pretend Outlook write a mail to it as any customer: it becomes a ticket."
    );
    let _ = writeln!(
        block,
        "  3. Answer the ticket: the answer is in the customer's mailbox, and in Sent Items."
    );
    let _ = writeln!(block);
    let _ = writeln!(block, "  Stop with Ctrl-C. A second start finds everything again.");
    println!("{block}");
}
