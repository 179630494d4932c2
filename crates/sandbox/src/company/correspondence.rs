//! Ordinary mail: customers ask, the company answers, some write again. Each mail is thrown together from a problem, a
//! voice and a program; threads carry correct ids and quote what they answer.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::SeedMail;
use super::dice::Dice;
use super::dress::{self, Matter};
use super::people::{AYA, Customer, DANIEL, OTOIAWASE, Party, Program, SALES, SUPPORT};
use super::quote::{self, Quoted};
use super::write::{Charset, Mail};
use super::{english, japanese};

/// How a language's customers and agents write.
pub(super) struct Voice {
    /// Whether it is Japanese.
    pub(super) japanese: bool,
    /// Who writes.
    pub(super) customers: &'static [Customer],
    /// Fills `{product}`.
    pub(super) products: &'static [&'static str],
    /// Fills `{place}`.
    pub(super) places: &'static [&'static str],
    /// First lines.
    pub(super) openings: &'static [&'static str],
    /// Lines before the name.
    pub(super) closings: &'static [&'static str],
    /// A sentence beside the point; may be empty.
    pub(super) asides: &'static [&'static str],
    /// What they write about.
    pub(super) problems: &'static [Problem],
    /// Names the company answers with.
    pub(super) agents: &'static [&'static str],
    /// The company's line before the name.
    pub(super) agent_closing: &'static str,
    /// The company's lines under the name.
    pub(super) agent_line: &'static str,
}

/// A reason to write.
pub(super) struct Problem {
    /// Subjects.
    pub(super) subjects: &'static [&'static str],
    /// What the customer asks.
    pub(super) asks: &'static [&'static str],
    /// What the company answers.
    pub(super) answers: &'static [&'static str],
    /// What the customer writes then.
    pub(super) thanks: &'static [&'static str],
    /// What hangs on the first mail, most times.
    pub(super) extra: Extra,
}

/// What hangs on a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// Nothing.
    None,
    /// A photograph, shown in the text when it is HTML.
    Photo,
    /// A picture of the screen.
    Screenshot,
    /// An invoice.
    Pdf,
    /// An order list.
    Csv,
    /// A letter about the firm.
    Docx,
}

/// How much ordinary mail a mailbox's inbox gets, and how much of it is Japanese.
struct Share {
    to: Party,
    mails: usize,
    japanese_percent: usize,
    seed: u64,
}

const SHARES: &[Share] = &[
    Share { to: SUPPORT, mails: 305, japanese_percent: 45, seed: 0x5EED_0001 },
    Share { to: OTOIAWASE, mails: 38, japanese_percent: 100, seed: 0x5EED_0002 },
    Share { to: SALES, mails: 24, japanese_percent: 25, seed: 0x5EED_0003 },
    Share { to: AYA, mails: 6, japanese_percent: 100, seed: 0x5EED_0004 },
    Share { to: DANIEL, mails: 6, japanese_percent: 0, seed: 0x5EED_0005 },
];

/// All ordinary mail, and the company's answers in Sent Items.
pub(super) fn letters(now: Timestamp) -> Vec<SeedMail> {
    let mut mails = Vec::new();
    for share in SHARES {
        let mut arrived = 0;
        for talk in 0.. {
            if arrived >= share.mails {
                break;
            }
            // Dice of its own: what the hour of the day does to one talk, it does not do to all that follow.
            let mut dice = Dice::new(share.seed.wrapping_mul(0x1_0000) + talk);
            let voice = if dice.chance(share.japanese_percent) { &japanese::VOICE } else { &english::VOICE };
            // The newest mail of all is the first one made: it lies at `now` exactly.
            let newest = arrived == 0 && share.seed == SHARES[0].seed;
            let at = if newest { now } else { moment(now, &mut dice) };
            let mut talk = Talk::new(share.to, voice, &mut dice);
            let turns = if newest || !dice.chance(22) { 1 } else { dice.between(2, 3) as usize };
            arrived += talk.hold(at, now, turns.min(share.mails - arrived), &mut mails, &mut dice);
        }
    }
    mails
}

/// A moment of the last weeks, thicker towards today and by day in Japan.
fn moment(now: Timestamp, dice: &mut Dice) -> Timestamp {
    let days = dice.between(0, 52).min(dice.between(0, 60));
    let since_midnight = now.as_second().rem_euclid(86_400);
    // 22:00 UTC to 13:00 UTC is the waking day in Japan and much of Europe's morning.
    let second = dice.between(-2 * 3600, 13 * 3600);
    let at = now.as_second() - since_midnight - days * 86_400 + second;
    let at = if at >= now.as_second() { at - 86_400 } else { at };
    Timestamp::from_second(at).unwrap_or(now)
}

/// One correspondence about one problem.
struct Talk {
    to: Party,
    voice: &'static Voice,
    customer: Customer,
    problem: &'static Problem,
    product: &'static str,
    place: &'static str,
    order: String,
    number: String,
    agent: &'static str,
    subject: String,
    ids: Vec<String>,
}

impl Talk {
    fn new(to: Party, voice: &'static Voice, dice: &mut Dice) -> Self {
        let problem = &voice.problems[dice.below(voice.problems.len())];
        Self {
            to,
            voice,
            customer: dice.pick(voice.customers),
            problem,
            product: dice.pick(voice.products),
            place: dice.pick(voice.places),
            order: format!("HM-2026-{:05}", dice.between(10_200, 48_900)),
            number: dice.between(2, 9).to_string(),
            agent: dice.pick(voice.agents),
            subject: String::new(),
            ids: Vec::new(),
        }
    }

    /// The customer's mails and the answers between them; returns how many came into the inbox.
    fn hold(
        &mut self,
        start: Timestamp,
        now: Timestamp,
        turns: usize,
        mails: &mut Vec<SeedMail>,
        dice: &mut Dice,
    ) -> usize {
        let (mut at, mut previous): (_, Option<(Party, Timestamp, String)>) = (start, None);
        self.subject = {
            let words = dice.pick(self.problem.subjects);
            self.fill(words, start, dice)
        };
        for turn in 0..turns {
            let words = if turn == 0 { dice.pick(self.problem.asks) } else { dice.pick(self.problem.thanks) };
            let mail = self.customer_writes(words, at, previous.as_ref(), dice);
            let old = now.duration_since(at) > SignedDuration::from_hours(72);
            let read = dice.chance(if old { 93 } else { 25 });
            mails.push(SeedMail {
                mailbox: self.to.address,
                folder: "inbox",
                received: at,
                read,
                categories: categories(read, dice),
                raw: mail.write(dice, true),
            });
            let answered = at + SignedDuration::from_mins(dice.between(40, 1500));
            let again = answered + SignedDuration::from_mins(dice.between(15, 2600));
            // An answered mail has its answer in Sent Items; what would lie in the future has not happened yet.
            if again >= now || (turns == 1 && !dice.chance(9)) {
                return turn + 1;
            }
            let answer = self.company_answers(answered, &mail, dice);
            previous = Some((self.to, answered, answer.text.clone()));
            mails.push(SeedMail {
                mailbox: self.to.address,
                folder: "sentitems",
                received: answered,
                read: true,
                categories: Vec::new(),
                raw: answer.write(dice, false),
            });
            at = again;
        }
        turns
    }

    fn customer_writes(
        &mut self,
        words: &str,
        at: Timestamp,
        previous: Option<&(Party, Timestamp, String)>,
        dice: &mut Dice,
    ) -> Mail {
        let Customer { party, firm, line, zone, program } = self.customer;
        let words = self.fill(words, at, dice);
        let mut paragraphs = vec![dice.pick(self.voice.openings).to_owned()];
        if self.voice.japanese && !firm.is_empty() {
            let family = party.name.split(' ').next().unwrap_or(party.name);
            paragraphs.push(format!("{firm}の{family}でございます。"));
        }
        paragraphs.push(words);
        if previous.is_none() {
            paragraphs.push(dice.pick(self.voice.asides).to_owned());
        }
        let closing = dice.pick(self.voice.closings);
        let signature = [party.name, firm, line]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n");
        if self.voice.japanese {
            paragraphs.push(closing.to_owned());
            paragraphs.push(if firm.is_empty() {
                signature
            } else {
                format!(
                    "--------------------------------\n{signature}\n{}\n--------------------------------",
                    party.address
                )
            });
        } else {
            paragraphs.push(format!("{closing}\n{signature}"));
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        let subject = match (previous, program) {
            (None, _) => self.subject.clone(),
            (Some(_), Program::Outlook) => format!("RE: {}", self.subject),
            (Some(_), _) => format!("Re: {}", self.subject),
        };
        let mut mail = Mail::new(party, self.to, subject, at, self.message_id(dice));
        mail.zone = zone;
        mail.program = program;
        mail.thread = self.ids.clone();
        mail.charset = match program {
            Program::Becky => Charset::Jis,
            Program::Outlook if self.voice.japanese && dice.chance(20) => Charset::ShiftJis,
            _ => Charset::Utf8,
        };
        if previous.is_none() && dice.chance(85) {
            mail.files = dress::files(self.problem.extra, &self.matter(at), dice);
        }
        mail.text = paragraphs.join("\n\n");
        let mut html = dress::paragraphs(program, self.voice.japanese, &paragraphs, &mail.files);
        if let Some((to, answered, text)) = previous {
            let quoted = Quoted { from: *to, to: party, at: *answered, subject: &self.subject, text };
            mail.text.push_str(&quote::text(program, self.voice.japanese, zone, &quoted));
            html.push_str(&quote::html(program, self.voice.japanese, zone, &quoted));
        }
        if program != Program::Becky && (mail.files.iter().any(|file| file.cid.is_some()) || dice.chance(78))
        {
            mail.html = Some(dress::page(program, &html));
        } else {
            // Without HTML a picture has nowhere to be shown: it is a file like any other.
            mail.files.iter_mut().for_each(|file| file.cid = None);
        }
        self.ids.push(mail.id.clone());
        mail
    }

    fn company_answers(&mut self, at: Timestamp, asked: &Mail, dice: &mut Dice) -> Mail {
        let customer = self.customer;
        let words = dice.pick(self.problem.answers);
        let words = self.fill(words, at, dice);
        let hello = if self.voice.japanese {
            let whole = if customer.firm.is_empty() { String::new() } else { format!("{}\n", customer.firm) };
            format!(
                "{whole}{} 様\n\nお世話になっております。\n花水木商事の{}です。",
                customer.party.name, self.agent
            )
        } else {
            format!("Dear {},", customer.party.name.split(' ').next().unwrap_or(customer.party.name))
        };
        let own = format!(
            "{hello}\n\n{words}\n\n{}\n{}\n{}",
            self.voice.agent_closing, self.agent, self.voice.agent_line
        );
        let id = format!(
            "TY3P286MB{}{}@TY3P286MB{:04}.JPNP286.PROD.OUTLOOK.COM",
            dice.hex(8).to_uppercase(),
            dice.hex(10).to_uppercase(),
            dice.between(2000, 3900)
        );
        let mut mail = Mail::new(self.to, customer.party, format!("RE: {}", self.subject), at, id);
        mail.thread = self.ids.clone();
        let quoted = Quoted {
            from: customer.party,
            to: self.to,
            at: asked.at,
            subject: &self.subject,
            text: &asked.text,
        };
        mail.text = format!("{own}{}", quote::text(Program::Outlook, self.voice.japanese, 9, &quoted));
        let html = own.split("\n\n").map(str::to_owned).collect::<Vec<_>>();
        mail.html = Some(dress::page(
            Program::Outlook,
            &format!(
                "{}{}",
                dress::paragraphs(Program::Outlook, self.voice.japanese, &html, &[]),
                quote::html(Program::Outlook, self.voice.japanese, 9, &quoted)
            ),
        ));
        self.ids.push(mail.id.clone());
        mail
    }

    fn matter(&self, at: Timestamp) -> Matter<'_> {
        Matter {
            voice: self.voice,
            customer: &self.customer,
            order: &self.order,
            words: [self.product, self.place],
            at,
        }
    }

    fn message_id(&self, dice: &mut Dice) -> String {
        let domain = self.customer.party.address.rsplit('@').next().unwrap_or("mail.example");
        match self.customer.program {
            Program::Outlook => format!("{}{}@{}.{domain}", "OS3P", dice.hex(24).to_uppercase(), "mail"),
            Program::Gmail => format!("CA{}={}@mail.{domain}", dice.hex(22), dice.hex(20)),
            Program::Apple => format!("{}@{domain}", dice.guid().to_uppercase()),
            Program::Becky => format!(
                "2026{}.{}.{}@{domain}",
                dice.hex(10).to_uppercase(),
                dice.hex(4).to_uppercase(),
                dice.hex(8).to_uppercase()
            ),
        }
    }

    fn fill(&self, words: &str, at: Timestamp, dice: &mut Dice) -> String {
        let form = if self.voice.japanese { "%-m月%-d日" } else { "%-d %B" };
        let mut day = |from, to| {
            let near = at + SignedDuration::from_hours(24 * dice.between(from, to));
            near.to_zoned(TimeZone::UTC).strftime(form).to_string()
        };
        let (past, coming) = (day(-14, -3), day(3, 14));
        words
            .replace("{product}", self.product)
            .replace("{order}", &self.order)
            .replace("{place}", self.place)
            .replace("{number}", &self.number)
            .replace("{past}", &past)
            .replace("{day}", &coming)
    }
}

fn categories(read: bool, dice: &mut Dice) -> Vec<&'static str> {
    if read && dice.chance(12) {
        vec![dice.pick(&["Blue category", "Red category", "Wholesale", "返品", "要確認"])]
    } else {
        Vec::new()
    }
}
