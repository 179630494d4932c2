// The suspended queue in a real browser, in both languages, by the pages alone: mail that makes no ticket is found there with
// its reason, let in as it is, after a change or many at once, deleted, its sender trusted or blocked; and the rules about senders
// are changed after their effect on the last thirty days has been seen.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { poll, shot, signIn, signInAtMicrosoft, startBrowser, startSandbox, texts } from './stage.mjs';

const SENDERS = '/admin/channels/email/senders';
const LOG = '/admin/channels/email/mail-log';
/** Refusals that a test provokes are no complaints. */
const settled = (page) => { const said = page.complaints; page.complaints = []; return said; };
const automatic = { 'Auto-Submitted': 'auto-generated' };

const languages = [
  { language: 'en', customer: { name: 'Mary Holm', address: 'mary.holm@outside.example' }, stranger: { name: 'Lars Berg', address: 'lars.berg@else.example' }, question: 'The lamp flickers', order: 'Order confirmation 4711', report: 'Nightly report', changed: 'Lamp 4711: please call back', blocked: 'A once-in-a-lifetime offer', says: 'blocked' },
  { language: 'ja', customer: { name: '山田 花子', address: 'hanako.yamada@outside.example' }, stranger: { name: '鈴木 一郎', address: 'ichiro.suzuki@else.example' }, question: '照明のちらつきについて', order: '【重要】ご注文確認4711と、納品書の宛名訂正ならびに再発行のお願いにつきまして（株式会社サンプル商事 経理部）', report: '夜間バックアップの報告', changed: '照明4711の件、折り返しのお願い', blocked: '期間限定のご案内', says: 'blocked' },
];

let browser;
before(async () => { browser = await startBrowser(); });
after(async () => { await browser?.close(); });

for (const { language, customer, stranger, question, order, report, changed, blocked } of languages) {
  describe(`in ${language}`, { concurrency: 1 }, () => {
    const t = texts(language);
    let stage; let page; let support;

    const go = (path) => page.goto(stage.desk + path);
    const button = (key, within = page) => within.getByRole('button', { name: t(key), exact: true });
    const row = (subject) => page.locator('table.marked tbody tr', { hasText: subject });
    const write = (mail) => stage.control('outside/send', { to: [{ address: support.address }], ...mail });
    const robot = (name, subject, more = {}) => write({ from: { name, address: `${name}@robots.example` }, subject, text: `${subject}.`, headers: automatic, ...more });
    /** Waits until the queue shows it; opens it. */
    const open = async (subject) => {
      await poll(`${subject} is suspended`, async () => { await go('/suspended'); return row(subject).count(); });
      await row(subject).first().getByRole('link').click();
      await page.getByRole('heading', { level: 1 }).getByText(subject).waitFor();
    };
    /** Nothing sticks out at either width. */
    const fits = async (name) => {
      for (const width of [1280, 400]) {
        await page.setViewportSize({ width, height: 900 });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width}`);
        await shot(page, `${language}-suspended-${name}-${width}`);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    };

    const rule = (name, check) => test(name, async () => {
      try {
        await check();
        assert.deepEqual(settled(page), [], 'no script error, no failed request, no violated Content-Security-Policy');
      } catch (error) {
        await shot(page, `${language}-suspended-failed-${name.slice(0, 30).replace(/\W+/g, '-')}`).catch(() => {});
        error.message += `\n--- at ${page.url()}\n${(await page.locator('main').innerText().catch(() => '')).slice(0, 1500)}`;
        error.message += `\n--- the sandbox said:\n${stage.output().slice(-2500)}`;
        settled(page);
        throw error;
      }
    });

    before(async () => {
      stage = await startSandbox();
      const people = (await stage.control('people')).filter((p) => (p.type ?? 'user') === 'user' && (p.mailbox ?? 'online') === 'online');
      const shown = /Microsoft 365\s+(\S+) \/ (\S+)/.exec(stage.output());
      support = { upn: shown[1], password: shown[2] };
      support.address = people.find((p) => p.upn === support.upn).mail ?? support.upn;
      page = await browser.person(language);
      await signIn(page, stage, t);
      await go('/admin/channels/email/addresses/connect/exchange');
      await page.locator('input[name=import][type=checkbox]').uncheck();
      await button('next').click();
      await signInAtMicrosoft(page, stage, support);
      await page.locator('.account-card', { hasText: support.address }).waitFor();
      await button('done').click();
      await page.locator('table.addresses tr', { hasText: support.address }).getByText(t('state-verified')).waitFor();
    });
    after(async () => { await page?.context().close(); await stage?.stop(); });

    rule('an empty queue says what would come here', async () => {
      await go('/suspended');
      await page.getByText(t('suspended-empty')).waitFor();
      await page.getByText(t('suspended-empty-next')).waitFor();
      await fits('empty');
    });

    rule('a robot’s mail appears on the open page, and its own page says why and what would become of it', async () => {
      await go('/suspended');
      await robot('orders', order, { html: `<h1>${order}</h1><img src="https://tracker.example/p.gif">`, attachments: [{ name: '納品書_2026年11月_最終版.pdf', contentType: 'application/pdf', contentBytes: Buffer.from('x').toString('base64') }] });
      // No reloading: the page learns it by itself.
      await row(order).waitFor();
      await row(order).getByText(t('cause-auto-mailer')).waitFor();
      await fits('one');
      await row(order).getByRole('link').click();
      await page.getByText(t('suspended-why')).waitFor();
      await page.getByText('auto-submitted: auto-generated').waitFor();
      assert.equal(await page.frameLocator('#suspended-body').locator('img[src^="https:"]').count(), 0, 'no picture is fetched from outside');
      await fits('mail');
    });

    rule('recovered as it is, a mail is a ticket of its sender’s, whole', async () => {
      await button('suspended-recover').click();
      await page.waitForURL(/\/tickets\/\d+/);
      await page.getByRole('heading', { level: 1 }).getByText(order).waitFor();
      await page.getByText('納品書_2026年11月_最終版.pdf').waitFor();
      await go('/suspended');
      assert.equal(await row(order).count(), 0, 'it is not in the queue any more');
      await page.goBack();
      await go('/tickets?view=unsolved');
      assert.equal(await page.locator('table.tickets').getByRole('link', { name: order }).count(), 1, 'one ticket');
    });

    rule('recovered after a change, a ticket has what the agent wrote, and the requester whom the agent named', async () => {
      await robot('lamps', `${report} 4711`);
      await open(`${report} 4711`);
      await page.locator('#suspended-change summary').click();
      await page.locator('#change-subject').fill(changed);
      await page.locator('#change-name').fill(customer.name);
      await page.locator('#change-address').fill(support.address);
      await page.locator('#change-text').fill(`${changed}!`);
      await button('suspended-recover-changed').click();
      // A support address is nobody's; what was typed is still there.
      await page.locator('.notice.bad').waitFor();
      assert.equal(await page.locator('#change-subject').inputValue(), changed);
      assert.ok(settled(page).some((line) => line.startsWith('422 ')));
      await page.locator('#change-address').fill(customer.address);
      await fits('change');
      await button('suspended-recover-changed').click();
      await page.waitForURL(/\/tickets\/\d+/);
      await page.getByRole('heading', { level: 1 }).getByText(changed).waitFor();
      await page.locator('article', { hasText: `${changed}!` }).getByText(customer.name).first().waitFor();
    });

    rule('mail without content and mail of a mail system waits, each with its reason', async () => {
      await write({ from: customer, subject: '', text: '' });
      await write({ from: { name: 'Mailer', address: 'mailer-daemon@outside.example' }, subject: `${report} daemon`, text: 'x' });
      await poll('both are suspended', async () => { await go('/suspended'); return (await page.locator('table.marked tbody tr').count()) === 2; });
      const words = await page.locator('table.marked').innerText();
      for (const key of ['cause-blank', 'cause-system-user', 'no-subject']) assert.ok(words.includes(t(key)), `${key}: ${words}`);
    });

    rule('many are recovered by one press, and others deleted after a question', async () => {
      for (let n = 0; n < 5; n++) await robot(`many${n}`, `${report} no ${n}`);
      await poll('all are suspended', async () => { await go('/suspended'); return (await page.locator('table.marked tbody tr').count()) === 7; });
      await button('suspended-recover-marked').click();
      await page.getByText(t('suspended-none-marked')).waitFor();
      for (const n of [0, 1, 2]) await row(`${report} no ${n}`).getByRole('checkbox').check();
      await fits('marked');
      await button('suspended-recover-marked').click();
      await page.getByText(language === 'en' ? '3 mails were recovered.' : '3件のメールを復元しました。').waitFor();
      assert.equal(await page.locator('table.marked tbody tr').count(), 4);
      await page.locator('#mark-all').check();
      assert.equal(await page.locator('table.marked tbody input:checked').count(), 4, 'one mark marks all');
      await button('suspended-delete-marked').click();
      await page.getByText(t('suspended-delete-effect')).waitFor();
      await fits('delete');
      await page.getByRole('link', { name: t('cancel'), exact: true }).click();
      await page.locator('table.marked').waitFor();
      assert.equal(await page.locator('table.marked tbody tr').count(), 4, 'asked first');
      await page.locator('#mark-all').check();
      await button('suspended-delete-marked').click();
      await button('suspended-delete').click();
      await page.getByText(t('suspended-empty')).waitFor();
      await go(LOG);
      await page.getByText(t('later-deleted')).first().waitFor();
    });

    rule('a sender who is trusted from the page of a mail makes tickets from then on', async () => {
      await robot('trusted', `${report} first`);
      await open(`${report} first`);
      await button('suspended-recover-allow').click();
      await page.waitForURL(/\/tickets\/\d+/);
      await robot('trusted', `${report} second`);
      await poll('it is a ticket', async () => { await go('/tickets?view=unsolved'); return page.locator('table.tickets').getByRole('link', { name: `${report} second` }).count(); });
      await go(SENDERS);
      assert.match(await page.locator('#senders-allow').inputValue(), /trusted@robots\.example/);
    });

    rule('a sender who is blocked from the page of a mail is suspended from then on', async () => {
      await robot('offers', blocked);
      await open(blocked);
      await button('suspended-delete-block').click();
      await page.getByText('offers@robots.example').first().waitFor();
      await fits('block');
      await button('suspended-delete-block').click();
      await page.locator('.notice.good', { hasText: 'offers@robots.example' }).waitFor();
      await write({ from: { name: 'Offers', address: 'offers@robots.example' }, subject: `${blocked} 2`, text: blocked });
      await poll('it is suspended for the list', async () => { await go('/suspended'); return row(`${blocked} 2`).getByText(t('cause-blocklisted')).count(); });
    });

    rule('what new rules would have done is seen before they are saved, and what they refuse is found in the mail log', async () => {
      await write({ from: stranger, subject: question, text: question });
      await poll('it is a ticket', async () => { await go('/tickets?view=unsolved'); return page.locator('table.tickets').getByRole('link', { name: question, exact: true }).count(); });
      await go(SENDERS);
      const before_ = await page.locator('#senders-block').inputValue();
      await page.locator('#senders-block').fill(`${before_} reject:else.example`);
      await button('senders-foresee').click();
      await page.locator('#forecast', { hasText: question }).waitFor();
      await fits('forecast');
      const other = await page.context().newPage();
      await other.goto(stage.desk + SENDERS);
      assert.equal(await other.locator('#senders-block').inputValue(), before_, 'looking saves nothing');
      await other.close();
      await button('senders-save').click();
      await page.getByText(t('senders-saved')).waitFor();
      await write({ from: stranger, subject: `${question} 2`, text: question });
      await poll('it is refused', async () => { await go(`${LOG}?q=${encodeURIComponent(stranger.address)}&outcome=rejected`); return page.locator('table.log tr', { hasText: `${question} 2` }).count(); });
      const line = await page.locator('table.log tr', { hasText: `${question} 2` }).innerText();
      assert.ok(line.includes(t('cause-blocklisted')), `in words: ${line}`);
      await fits('log');
      await page.locator('table.log tr', { hasText: `${question} 2` }).getByRole('link', { name: t('replay-open') }).click();
      await page.getByText(t('replay-no-comment')).waitFor();
      await fits('replay');
    });

    rule('of two who change the rules the second is shown what the first saved', async () => {
      await go(SENDERS);
      const other = await page.context().newPage();
      await other.goto(stage.desk + SENDERS);
      await other.locator('#senders-allow').fill('first.example');
      await button('senders-save', other).click();
      await other.getByText(t('senders-saved')).waitFor();
      await other.close();
      await page.locator('#senders-allow').fill('second.example');
      await button('senders-save').click();
      await page.locator('#changed-meanwhile', { hasText: 'first.example' }).waitFor();
      assert.equal(await page.locator('#senders-allow').inputValue(), 'second.example');
      assert.ok(settled(page).some((line) => line.startsWith('409 ')));
      await fits('changed-meanwhile');
      await button('senders-save').click();
      await page.getByText(t('senders-saved')).waitFor();
    });
  });
}
