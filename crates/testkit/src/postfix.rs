//! A real Postfix in a folder of its own: takes mail for one address on a port of this machine and forwards it to the desk, as an
//! administrator would set it up from the page's instructions.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

/// The services that a relaying Postfix needs, with the port put in front.
const SERVICES: &str = "\
pickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
tlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nverify unix - - n - 1 verify\n\
flush unix n - n 1000? 0 flush\nproxymap unix - - n - - proxymap\nsmtp unix - - n - - smtp\n\
relay unix - - n - - smtp\nshowq unix n - n - - showq\nerror unix - - n - - error\nretry unix - - n - - error\n\
anvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n";

/// At work until it is dropped.
pub struct Postfix {
    folder: tempfile::TempDir,
    /// Where it takes mail.
    pub at: SocketAddr,
}

impl Postfix {
    /// Forwards mail for `address` to `door`. `None` where no Postfix is installed or we may not start one: the test says so and
    /// is skipped (`./check` installs it).
    pub fn forwarding(address: &str, door: SocketAddr) -> anyhow::Result<Option<Self>> {
        let root =
            std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if !Path::new("/usr/sbin/postfix").exists() || !root {
            return Ok(None);
        }
        let folder = tempfile::Builder::new().prefix("postdesk-postfix").tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let at = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let here = folder.path().display();
        for name in ["queue", "data", "config"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        let owned = Command::new("chown").arg("postfix").arg(folder.path().join("data")).status()?;
        ensure!(owned.success(), "chown");
        let domain = address.split_once('@').context("an address")?.1;
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {here}/queue\ndata_directory = {here}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n\
             myhostname = mx.{domain}\nmydestination =\nalias_maps =\nalias_database =\nlocal_recipient_maps =\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nrelay_domains = {domain}\n\
             transport_maps = inline:{{ {address}=smtp:[127.0.0.1]:{} }}\ndefault_transport = error:nobody outside\n\
             smtp_tls_security_level = may\nmaillog_file_prefixes = {here}\nmaillog_file = {here}/log\n\
             minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n",
            door.port()
        );
        std::fs::write(folder.path().join("config/main.cf"), main)?;
        let master = format!("127.0.0.1:{} inet n - n - - smtpd\n{SERVICES}", at.port());
        std::fs::write(folder.path().join("config/master.cf"), master)?;
        let postfix = Self { folder, at };
        postfix.command("start")?;
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(at).is_err() {
            ensure!(Instant::now() < deadline, "Postfix does not listen: {}", postfix.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(Some(postfix))
    }

    fn command(&self, word: &str) -> anyhow::Result<()> {
        let config: PathBuf = self.folder.path().join("config");
        let output = Command::new("/usr/sbin/postfix").arg("-c").arg(config).arg(word).output()?;
        ensure!(output.status.success(), "postfix {word}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// What it says of itself.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // The folder goes with it, so that nothing of it must be left running.
        let _ = self.command("stop");
    }
}
