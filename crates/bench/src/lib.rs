//! What the benchmarks share: a desk and a stand-in as processes of their own, and a visitor who uses them by their pages.

pub mod week;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use store::Store;
use testkit::{Microsoft, Visitor};

/// The administrator of the benchmarks: outside the company, whose unknown addresses bounce.
pub const ADMIN: &str = "admin@desk.example";
/// Their password.
pub const PASSWORD: &str = "a password for benchmarks";
/// The registration: id and secret.
pub const APP: (&str, &str) = ("0b5e55ed-0000-4000-8000-00000000be4c", "bench-secret");

/// A desk (perhaps dead at the moment) and a stand-in.
pub struct Stage {
    /// The command.
    pub binary: PathBuf,
    /// Data folder and configuration.
    pub dir: tempfile::TempDir,
    /// The desk's address, without a slash at its end.
    pub desk: String,
    /// The stand-in.
    pub microsoft: Microsoft,
    microsoft_process: Child,
    /// The desk's process.
    pub desk_process: Option<Child>,
    database_url: Option<String>,
}

/// A free port of this machine.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?.local_addr()?.port())
}

impl Stage {
    /// Starts the stand-in and configures a desk, which is not started yet. `extra` is put into the `[mailbox]` section.
    pub async fn set(binary: &Path, database_url: Option<&str>, extra: &str) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let (desk_port, microsoft_port) = (free_port()?, free_port()?);
        let desk = format!("http://127.0.0.1:{desk_port}");
        let base = format!("http://127.0.0.1:{microsoft_port}");
        let mut config = format!(
            "data_dir = {:?}\nlisten = \"127.0.0.1:{desk_port}\"\npublic_url = \"{desk}\"\nlog_filter = \"warn\"\n",
            dir.path().join("desk")
        );
        if let Some(url) = database_url {
            config.push_str(&format!("database_url = {url:?}\n"));
        }
        config.push_str(&format!(
            "[entra]\nclient_id = {:?}\nclient_secret = {:?}\nlogin_url = \"{base}/\"\ngraph_url = \"{base}/\"\n[mailbox]\n{extra}",
            APP.0, APP.1
        ));
        std::fs::write(dir.path().join("postdesk.toml"), config)?;
        let app = format!("{},{},{desk}/admin/connect/return", APP.0, APP.1);
        let microsoft_process = Command::new(binary)
            .args(["microsoft", "--empty", "--listen", &format!("127.0.0.1:{microsoft_port}"), "--app", &app])
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start the stand-in")?;
        let microsoft = Microsoft::at(&base);
        let database_url = database_url.map(str::to_owned);
        let stage = Self {
            binary: binary.to_owned(),
            dir,
            desk,
            microsoft,
            microsoft_process,
            desk_process: None,
            database_url,
        };
        wait_for("the stand-in", || async { stage.microsoft.get("status").await.is_ok() }).await?;
        Ok(stage)
    }

    /// A command of the desk with its configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--config").arg(self.dir.path().join("postdesk.toml")).args(arguments);
        command
    }

    /// Makes the administrator.
    pub async fn make_admin(&self) -> anyhow::Result<()> {
        let done = self
            .command(&["admin", "make", "--address", ADMIN, "--password", PASSWORD])
            .stdout(Stdio::null())
            .status()?;
        if done.success() { Ok(()) } else { bail!("admin make failed") }
    }

    /// Starts the desk without waiting for it.
    pub fn start_desk(&mut self) -> anyhow::Result<()> {
        self.desk_process =
            Some(self.command(&["serve"]).stdout(Stdio::null()).spawn().context("cannot start the desk")?);
        Ok(())
    }

    /// Starts the desk and waits until it answers; says how long that took.
    pub async fn open_desk(&mut self) -> anyhow::Result<Duration> {
        let started = Instant::now();
        self.start_desk()?;
        let (http, url) = (reqwest::Client::new(), format!("{}/health", self.desk));
        let deadline = started + Duration::from_secs(30);
        while http.get(&url).send().await.is_err() {
            if Instant::now() > deadline {
                bail!("the desk does not answer");
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        Ok(started.elapsed())
    }

    /// kill -9.
    pub async fn kill_desk(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.desk_process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop_desk(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.desk_process.take() {
            Command::new("kill").arg(process.id().to_string()).status()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Signs the administrator in at the desk.
    pub async fn signed_in(&self) -> anyhow::Result<Visitor> {
        let mut visitor = Visitor::default();
        let page = visitor.open(&format!("{}/sign-in", self.desk)).await?;
        let form = page.form_with("password")?;
        let page =
            visitor.submit(&page, &form, &[("email", ADMIN), ("password", PASSWORD)], &[], None).await?;
        if page.status >= 400 || page.url.path().contains("sign-in") {
            bail!("cannot sign in at the desk: {} {}", page.status, page.body);
        }
        Ok(visitor)
    }

    /// Connects a mailbox that is there by the wizard's pages.
    pub async fn connect(&self, visitor: &mut Visitor, address: &str, import: bool) -> anyhow::Result<()> {
        let page =
            visitor.open(&format!("{}/admin/channels/email/addresses/connect/exchange", self.desk)).await?;
        let form = page.form_with("import")?;
        let unset: &[&str] = if import { &[] } else { &["import"] };
        let page = visitor.submit(&page, &form, &[], unset, None).await?;
        let departure = page.link("to-microsoft")?;
        let back =
            self.microsoft.sign_in(visitor, &departure, address, testkit::microsoft::PASSWORD, &[]).await?;
        let page = visitor.open(&back).await?;
        let form = page.form_to("/admin/connect/confirm")?;
        let page = visitor.submit(&page, &form, &[("decision", "done")], &[], None).await?;
        if page.status >= 400 {
            bail!("not connected: {}", page.body);
        }
        Ok(())
    }

    /// The store below the desk, for counting.
    pub async fn store(&self) -> anyhow::Result<Store> {
        let data_dir = self.dir.path().join("desk");
        let database_url = self
            .database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("postdesk.db").display()));
        Ok(Store::open(&store::Config { database_url, blob_url: None, data_dir, master_key: None, pool: 2 })
            .await?)
    }

    /// Resident memory of the desk in MiB, and CPU seconds it has used.
    pub fn usage(&self) -> anyhow::Result<(f64, f64)> {
        let pid = self.desk_process.as_ref().map(Child::id).context("a running desk")?;
        usage_of(pid)
    }

    /// Ends everything.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.kill_desk().await
    }
}

/// Whatever happened, no process is left behind.
impl Drop for Stage {
    fn drop(&mut self) {
        for process in self.desk_process.iter_mut().chain([&mut self.microsoft_process]) {
            // Both fail only when it has ended already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Resident memory in MiB and CPU seconds of a process, from /proc.
pub fn usage_of(pid: u32) -> anyhow::Result<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .context("VmRSS")?
        .parse()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Fields after the name in brackets; utime and stime are the 12th and 13th of them, in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit_once(") ").context("stat")?.1.split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok((kib / 1024.0, ticks / 100.0))
}

/// Polls until `check` holds, at most a minute.
pub async fn wait_for<F, T>(what: &str, mut check: F) -> anyhow::Result<()>
where
    F: FnMut() -> T,
    T: Future<Output = bool>,
{
    let deadline = Instant::now() + Duration::from_secs(60);
    while !check().await {
        if Instant::now() > deadline {
            bail!("waited a minute for {what}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
