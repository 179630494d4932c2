//! A mail takes a small multiple of its size in memory while it is read and made ready to be shown. Each is read in a process of its
//! own: the figures are the process's.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

const MB: usize = 1024 * 1024;

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// Bytes by which reading, cleaning and dropping this mail raised the most the process has ever held.
fn peak(raw: &[u8]) -> usize {
    // Forgets the peak so far.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS");
    let letter = mail::read(raw);
    assert_eq!(letter.size, raw.len() as u64);
    let fresh = (letter.fresh != letter.text).then_some(letter.fresh.as_str());
    let clean = mail::html::clean_letter(&letter, fresh, mail::html::RemotePictures::Blocked, &|_| None);
    assert!(!clean.html.is_empty() || letter.text.is_empty());
    drop((clean, letter));
    status("VmHWM").saturating_sub(before)
}

const KINDS: [&str; 14] = [
    "a file",
    "a signed file",
    "words",
    "quoted lines",
    "a sea of tags",
    "nested tags",
    "header lines",
    "addresses",
    "as many cells as are shown",
    "ten megabytes of cells",
    "fifty megabytes of one tag",
    "links",
    "styled paragraphs",
    "a million attributes",
];

/// What HTML may take whatever its size: a tree of the elements that are shown at most, and each of the steps before it.
const TREE: f64 = 40.0 * MB as f64;

/// A mail of a kind, with the most it may take of its own size: what it takes was measured, and about half as much again is allowed. The
/// many small things of HTML and of headers take the most.
fn mail(kind: &str) -> (f64, String) {
    let head = "From: a@b.example\r\nSubject: Re: x\r\n";
    let base64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n";
    let multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let html = "Content-Type: text/html; charset=utf-8\r\n\r\n";
    let plain = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    match kind {
        "a file" => (2.5, format!("{head}{multipart}{}--b--\r\n", base64.repeat(16 * MB / base64.len()))),
        "a signed file" => (
            5.0,
            format!(
                "{head}{}",
                signed(&format!("{multipart}{}--b--\r\n", base64.repeat(8 * MB / base64.len())))
            ),
        ),
        "words" => (8.0, format!("{head}{plain}x\r\n{}", "日本語の長い文章です。\r\n".repeat(60_000))),
        "quoted lines" => (12.0, format!("{head}{plain}x\r\n{}", "> a\r\n".repeat(400_000))),
        "a sea of tags" => (16.0, format!("{head}{html}{}", "<b>".repeat(600_000))),
        "nested tags" => (16.0, format!("{head}{html}{}", "<div>a".repeat(300_000))),
        "as many cells as are shown" => (0.0, format!("{head}{html}<table><tr>{}", "<td>x".repeat(35_000))),
        "ten megabytes of cells" => (6.0, format!("{head}{html}<table><tr>{}", "<td>x</td>".repeat(MB))),
        "fifty megabytes of one tag" => (4.0, format!("{head}{html}x{}", "<b>".repeat(50 * MB / 3))),
        "links" => (6.0, format!("{head}{html}{}", "<a href='https://a.example/'>x</a>".repeat(100_000))),
        "styled paragraphs" => (
            4.0,
            format!(
                "{head}{html}<style>p.MsoNormal{{margin:0;font-size:11pt}}</style>{}",
                "<p class=MsoNormal>x</p>".repeat(30_000)
            ),
        ),
        "a million attributes" => (
            6.0,
            format!("{head}{html}x<p{}>", (0..1_000_000).map(|n| format!(" a{n}=b")).collect::<String>()),
        ),
        "header lines" => (4.0, format!("{head}{}\r\nx", "X-A: b\r\n".repeat(250_000))),
        _ => (4.0, format!("{head}To: {}\r\n\r\nx", "a@b.example, ".repeat(150_000))),
    }
}

/// A part that holds these words inside its signature, in pieces.
fn signed(words: &str) -> String {
    use base64::Engine;
    const HEAD: &[u8] = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80";
    let pieces = words.as_bytes().chunks(4_096).flat_map(|piece| {
        let length = u16::try_from(piece.len()).unwrap().to_be_bytes();
        [&[0x04, 0x82], &length[..], piece].concat()
    });
    let data: Vec<u8> = HEAD.iter().copied().chain(pieces).chain([0; 12]).collect();
    let mut text = base64::engine::general_purpose::STANDARD.encode(data);
    text.insert_str(0, "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    text
}

/// Names the mail that a process of this test is to read: memory that one mail gave back is there for the next, which would hide its peak.
const ONE: &str = "POSTDESK_MEMORY_OF";

#[test]
fn a_mail_takes_a_small_multiple_of_its_size() {
    if std::fs::metadata("/proc/self/clear_refs").is_err() {
        println!("skipped: this system does not say how much memory a process has held");
        return;
    }
    if let Ok(one) = std::env::var(ONE) {
        let (what, (most, raw)) = (&one, mail(&one));
        let start = std::time::Instant::now();
        let taken = peak(raw.as_bytes()) as f64;
        let times = taken / raw.len() as f64;
        println!("{what}: {times:.1} times {} KB, {:?}", raw.len() / 1024, start.elapsed());
        let tree = if raw.contains("text/html") { TREE } else { 0.0 };
        assert!(taken <= tree + most * raw.len() as f64, "{what}: {times:.1} times its size");
        return;
    }
    for what in KINDS {
        let mut process = std::process::Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", "a_mail_takes_a_small_multiple_of_its_size", "--nocapture"]).env(ONE, what);
        let output = process.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        print!(
            "{}",
            said.lines().filter(|line| line.contains(" times ")).collect::<Vec<_>>().join("\n") + "\n"
        );
        assert!(output.status.success(), "{what}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
}
