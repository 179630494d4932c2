//! Absence notes: what a mailbox answers by itself while its owner is away.
//!
//! Exchange says it in the subject, in the language of the mailbox. Others say only that a machine answered; then the
//! words of the note decide whether it is one, because forms and shops answer by machine, too.

use crate::header::Fields;
use crate::kind::{is_machine_made, phrase_in, sign};
use crate::letter::{Letter, Sign};

/// How Exchange, Outlook and Notes begin the subject of an absence note, by language; a colon follows.
const EXCHANGE_PREFIXES: &[&str] = &[
    "automatic reply",
    "out of office",
    "out of office autoreply",
    "out of office reply",
    "autoreply",
    "auto reply",
    "auto-reply",
    "auto",
    "自動応答",
    "自動返信",
    "不在応答",
    "不在通知",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesend",
    "réponse automatique",
    "absence du bureau",
    "absent du bureau",
    "respuesta automática",
    "fuera de oficina",
    "fuera de la oficina",
    "risposta automatica",
    "fuori ufficio",
    "resposta automática",
    "fora do escritório",
    "automatisch antwoord",
    "afwezig",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "automaattinen vastaus",
    "odpowiedź automatyczna",
    "autoodpowiedź",
    "automatická odpověď",
    "automatická odpoveď",
    "automatikus válasz",
    "otomatik yanıt",
    "автоматический ответ",
    "автоматична відповідь",
    "автоматичен отговор",
    "αυτόματη απάντηση",
    "răspuns automat",
    "automatski odgovor",
    "samodejni odgovor",
    "자동 회신",
    "부재 중",
    "自动答复",
    "自动回复",
    "自動回覆",
    "自動答覆",
    "trả lời tự động",
    "ตอบกลับอัตโนมัติ",
    "balasan otomatis",
    "מענה אוטומטי",
    "رد تلقائي",
];

/// Subjects that are absence notes when they stand alone.
const TITLES: &[&str] = &[
    "out of office",
    "out-of-office",
    "out of the office",
    "不在通知",
    "不在応答",
    "不在返信",
    "不在のお知らせ",
    "不在自動応答",
    "休暇中",
    "부재중",
];

/// Words of absence. They count only in mail that a machine answered with.
const WORDS: &[&str] = &[
    "out of office",
    "out of the office",
    "out-of-office",
    "not in the office",
    "on vacation",
    "on holiday",
    "on leave",
    "annual leave",
    "maternity leave",
    "parental leave",
    "away from my desk",
    "away from the office",
    "currently away",
    "i am away",
    "i'm away",
    "will be away",
    "limited access to e",
    "back in the office",
    "不在",
    "休暇",
    "休業",
    "外出し",
    "外出中",
    "出張",
    "お休みを",
    "abwesen",
    "abwesend",
    "nicht im büro",
    "im urlaub",
    "außer haus",
    "elternzeit",
    "absent",
    "en congé",
    "en vacances",
    "fuera de la oficina",
    "fuera de oficina",
    "ausente",
    "de vacaciones",
    "fuori ufficio",
    "fuori sede",
    "assente",
    "in ferie",
    "fora do escritório",
    "de férias",
    "afwezig",
    "niet aanwezig",
    "met vakantie",
    "op vakantie",
    "frånvarande",
    "inte på kontoret",
    "på semester",
    "ikke på kontoret",
    "fraværende",
    "på ferie",
    "poissa",
    "lomalla",
    "poza biurem",
    "nieobecn",
    "na urlopie",
    "mimo kancelář",
    "nepřítom",
    "na dovolené",
    "házon kívül",
    "szabadságon",
    "ofis dışında",
    "izindeyim",
    "отсутств",
    "вне офиса",
    "в отпуске",
    "відсутн",
    "у відпустці",
    "부재",
    "휴가",
    "출장",
    "休假",
    "外出",
    "不在办公室",
    "不在辦公室",
    "出差",
    "请假",
    "請假",
    "vắng mặt",
    "nghỉ phép",
    "ไม่อยู่",
    "ลาพัก",
];

/// A parcel that nobody was there to take: the carrier's robot writes, and nobody is away from a desk.
const PARCELS: &[&str] = &["荷物", "配達", "お届け", "parcel", "package"];

/// The signs that a letter is an absence note.
pub fn signs(letter: &Letter, fields: &Fields<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    let submitted = fields.text("auto-submitted").unwrap_or_default().to_ascii_lowercase();
    if submitted.contains("auto-replied") && submitted.contains("vacation") {
        signs.push(sign("auto-submitted", &submitted));
    }
    let subject = letter.subject.to_lowercase();
    let opening: String = letter.fresh.chars().take(1_000).collect();
    if phrase_in(&opening, PARCELS).is_some() && phrase_in(&opening, &["不在"]).is_some() {
        return signs;
    }
    // "Re: Automatic reply: …" is a person who answers one.
    let prefix = subject.split_once([':', '：']).map(|(prefix, _)| prefix.trim());
    if let Some(prefix) = prefix.filter(|prefix| EXCHANGE_PREFIXES.contains(prefix)) {
        signs.push(sign("subject", prefix));
    } else if let Some(title) = TITLES.iter().find(|title| stands_alone(&subject, title)) {
        signs.push(sign("subject", title));
    } else if is_machine_made(fields) && answers(letter, &submitted) {
        // A person's "Re:" is in front of many of them; the machine's own headers have spoken already.
        if let Some(words) = phrase_in(&letter.subject, WORDS) {
            signs.push(sign("subject", words));
        } else if let Some(words) = phrase_in(&opening, WORDS) {
            signs.push(sign("text", words));
        }
    }
    signs
}

/// A machine that answered a mail, and did not write one of its own accord.
fn answers(letter: &Letter, submitted: &str) -> bool {
    submitted.contains("auto-replied")
        || !letter.in_reply_to.is_empty()
        || !letter.references.is_empty()
        || letter.subject.to_lowercase().starts_with("re:")
}

/// The phrase opens the subject and stands alone in it: people who ask about absence notes write on.
pub fn stands_alone(lower_subject: &str, phrase: &str) -> bool {
    let inside = lower_subject.trim_start_matches([
        '【', '[', '［', '（', '(', '<', '＜', '「', '■', '●', '*', '＊', ' ', '\u{3000}',
    ]);
    let Some(rest) = inside.strip_prefix(phrase) else { return false };
    let rest = rest.trim_start();
    rest.is_empty()
        || rest.starts_with([
            ':', '：', '】', ']', '］', '）', ')', '>', '＞', '」', '-', '－', '(', '（', '■', '●', '*', '＊',
        ])
}
