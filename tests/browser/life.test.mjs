// A connection's life in a real browser, in both languages, by the pages alone: it proves itself, loses its sign-in, is
// found out, explained and reconnected. And what administrators do beside it: approval links, forwarding, imports, the team.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { poll, shot, signIn, signInAtMicrosoft, startBrowser, startSandbox, texts } from './stage.mjs';

const ADDRESSES = '/admin/channels/email/addresses';
/** Refusals and failures that a test provokes are no complaints. */
const settled = (page) => { const said = page.complaints; page.complaints = []; return said; };

const languages = [
  { language: 'en', agent: { name: 'Nora Lind', email: 'nora.lind@outside.example' }, waiting: 'Is the grey teapot in stock again?', customer: { name: 'Mary Holm', address: 'mary.holm@outside.example' } },
  { language: 'ja', agent: { name: '佐藤 美咲', email: 'misaki.sato@outside.example' }, waiting: '急須の在庫について', customer: { name: '山田 花子', address: 'hanako.yamada@outside.example' } },
];

let browser;
before(async () => { browser = await startBrowser(); });
after(async () => { await browser?.close(); });

for (const { language, agent, waiting, customer } of languages) {
  describe(`in ${language}`, { concurrency: 1 }, () => {
    const t = texts(language);
    let stage; let page; let people; let support;

    before(async () => {
      stage = await startSandbox();
      people = (await stage.control('people')).filter((p) => (p.type ?? 'user') === 'user' && (p.mailbox ?? 'online') === 'online');
      const shown = /Microsoft 365\s+(\S+) \/ (\S+)/.exec(stage.output());
      support = { upn: shown[1], password: shown[2] };
      support.address = people.find((p) => p.upn === support.upn).mail ?? support.upn;
      page = await browser.person(language);
      await signIn(page, stage, t);
    });
    after(async () => { await page?.context().close(); await stage?.stop(); });

    const row = (address) => page.locator('table.addresses tr', { hasText: address });
    const go = (path) => page.goto(stage.desk + path);
    const button = (key, within = page) => within.getByRole('button', { name: t(key), exact: true });

    /** A test, with what the page and the sandbox said where it fails. */
    const rule = (name, check) => test(name, async () => {
      try {
        await check();
        assert.deepEqual(settled(page), [], 'no script error, no failed request, no violated Content-Security-Policy');
      } catch (error) {
        await shot(page, `${language}-life-failed-${name.slice(0, 30).replace(/\W+/g, '-')}`).catch(() => {});
        error.message += `\n--- at ${page.url()}\n${(await page.locator('main').innerText().catch(() => '')).slice(0, 1500)}`;
        error.message += `\n--- the sandbox said:\n${stage.output().slice(-2500)}`;
        settled(page);
        throw error;
      }
    });

    /** The connect form, without old mail. */
    async function fillInConnect() {
      await go(`${ADDRESSES}/connect/exchange`);
      assert.ok(await page.locator('input[name=way][value=own]').isChecked(), 'its own account is the first way');
      await page.locator('input[name=import][type=checkbox]').uncheck();
    }

    /** The details page of an address. */
    async function details(address) {
      await go(ADDRESSES);
      await row(address).getByRole('link', { name: address }).click();
      await page.waitForURL(/addresses\/\d+$/);
    }

    rule('a new address becomes the default only once its test mail is back', async () => {
      await fillInConnect();
      await button('next').click();
      await signInAtMicrosoft(page, stage, support);
      await page.locator('.account-card', { hasText: support.address }).waitFor();
      await button('done').click();
      await row(support.address).getByText(t('state-verified')).waitFor();
      await row(support.address).locator('.c-default .badge').waitFor();
      await shot(page, `${language}-life-default`);
      await details(support.address);
      await page.locator('#proof').waitFor();
      const proof = await page.locator('#proof').innerText();
      assert.ok(!proof.includes(t('never')), `the page says when the test mail came back: ${proof}`);
      const sent = await stage.control(`mailboxes/${support.address}/messages?folder=sentitems&top=5`);
      assert.deepEqual(sent.messages[0].to.map((to) => to.address ?? to), [support.address], 'the test mail went to the address itself');
    });

    rule('a lost sign-in is told on the addresses page, in words and with the way back', async () => {
      await go(ADDRESSES);
      await stage.control(`people/${support.upn}`, { revoke: true }, 'PATCH');
      // No reloading: the page learns it by itself.
      const warning = page.locator('.notice.bad[id^=broken-]', { hasText: support.address });
      await warning.waitFor();
      const words = await warning.innerText();
      assert.ok(words.includes(t('sign-in-revoked-cause')), `the cause is said in words: ${words}`);
      assert.ok(words.includes(t('broken-effect')), `what it means is said: ${words}`);
      assert.ok(await button('reconnect', warning).isVisible());
      await row(support.address).getByText(t('state-error')).waitFor();
      await shot(page, `${language}-life-broken`);
    });

    rule('the details of a broken connection say cause, next step, and what happened', async () => {
      await details(support.address);
      const state = await page.locator('#state').innerText();
      for (const key of ['state-error', 'sign-in-revoked-cause', 'sign-in-same-next']) assert.ok(state.includes(t(key)), `${key}: ${state}`);
      await page.locator('#microsoft-said summary').click();
      assert.match(await page.locator('#microsoft-said').innerText(), /AADSTS50173/);
      await page.locator('#events li', { hasText: t('happened-needs-sign-in') }).first().waitFor();
      await shot(page, `${language}-life-details`);
    });

    rule('a check-up walks its steps on the open page and says what to do about what it finds', async () => {
      await details(support.address);
      await button('check-now').click();
      await page.locator('#checkup', { hasText: t('checkup-ended') }).waitFor();
      const steps = page.locator('#checkup li.step');
      assert.ok((await steps.count()) >= 3, 'every step has its line');
      await page.locator('#checkup li.step.bad .finding.bad .next').first().waitFor();
      await button('check-now').waitFor();
      await shot(page, `${language}-life-checkup`);
    });

    rule('reconnected by the pages, a mailbox is verified again and says what came in meanwhile', async () => {
      await stage.control('outside/send', { from: customer, to: [{ address: support.address }], subject: waiting, text: waiting });
      await go(ADDRESSES);
      await button('reconnect', page.locator('.notice.bad[id^=broken-]')).click();
      await signInAtMicrosoft(page, stage, support);
      await page.locator('.account-card', { hasText: support.address }).waitFor();
      await button('done').click();
      await page.waitForURL(/addresses/);
      if (!/addresses(\?|$)/.test(page.url())) await go(ADDRESSES);
      await row(support.address).getByText(t('state-verified')).waitFor();
      assert.equal(await page.locator('.notice.bad[id^=broken-]').count(), 0, 'the warning is gone');
      // In so many words; mails that wait for nothing are counted as none.
      const line = page.locator('.notice.good', { hasText: support.address }).filter({ hasText: language === 'en' ? 'one mail had arrived' : 'メール 1 件' });
      await line.waitFor();
      await shot(page, `${language}-life-reconnected`);
      await go('/tickets?view=unsolved');
      await page.locator('table.tickets').getByRole('link', { name: waiting }).waitFor();
      await details(support.address);
      await button('check-now').click();
      await page.locator('#checkup', { hasText: t('checkup-fine') }).waitFor();
    });

    rule('a preview of an import counts what would become of the mails, and changes nothing', async () => {
      await details(support.address);
      const tickets = async () => { await go('/tickets?view=unsolved'); return page.locator('table.tickets tbody tr').count(); };
      const before = await tickets();
      await details(support.address);
      await page.getByRole('link', { name: t('import-older'), exact: true }).click();
      await page.locator('input[name=old][value=number]').check();
      await page.locator('input[name=number]').fill('20');
      await button('preview-look').click();
      await page.waitForURL(/previews\/\d+/);
      await page.locator('#preview progress').waitFor({ state: 'detached' });
      const counts = await page.locator('#preview dl dd').allInnerTexts();
      const sum = counts.slice(0, -1).reduce((all, text) => all + Number(text.replace(/\D/g, '')), 0);
      // The test mail and the customer's are newer than the connection and no old mail: the twenty are the newest before them.
      assert.equal(sum, 20, `each old mail is counted once: ${counts}`);
      assert.match(await page.locator('#preview [role=status]').innerText(), /20/);
      assert.equal(counts.at(-1), t('preview-sent-nothing'));
      await shot(page, `${language}-life-preview`);
      assert.equal(await tickets(), before, 'no ticket was made');
    });

    rule('where an administrator must approve, a link for them goes out and the wizard goes on with what was chosen', async () => {
      const domain = `approval-${language}.example`;
      await stage.control('tenants', { domain, name: 'Approval', userConsent: false });
      const boss = { tenant: domain, upn: `boss@${domain}`, name: 'Boss', admin: true, password: 'approves' };
      const clerk = { tenant: domain, upn: `help@${domain}`, name: 'Help', password: 'connects' };
      for (const person of [boss, clerk]) await stage.control('people', person);
      await fillInConnect();
      await page.locator('input[name=import][type=checkbox]').check();
      await page.locator('#old-mail summary').click();
      await page.locator('input[name=old][value=number]').check();
      await page.locator('input[name=number]').fill('47');
      await button('approval-ask').click();
      await page.waitForURL(/\/approval\//);
      await page.locator('#approval-waits').waitFor();
      const link = await page.locator('input.copy').inputValue();
      await shot(page, `${language}-life-approval-waits`);

      const other = await browser.person(language);
      await other.goto(link);
      await shot(other, `${language}-life-invitation`);
      await other.locator('#to-microsoft').click();
      await signInAtMicrosoft(other, stage, boss);
      await other.locator('#thanks').waitFor();
      await shot(other, `${language}-life-approved`);
      assert.deepEqual(other.complaints, []);
      await other.context().close();

      // The page of the one who asked shows it by itself.
      await page.locator('#approved').waitFor();
      await button('approval-continue').click();
      await signInAtMicrosoft(page, stage, clerk);
      await page.locator('.account-card', { hasText: clerk.upn }).waitFor();
      assert.match(await page.locator('main').innerText(), /\b47\b|47 件/, 'the old mail that was chosen is still chosen');
      await button('done').click();
      await row(clerk.upn).getByText(t('state-verified')).waitFor();
    });

    rule('a forwarding address is made in one form and shows how the mail server is set up', async () => {
      const address = `orders-${language}@forwarded.example`;
      await go(`${ADDRESSES}/connect`);
      await page.getByRole('link', { name: t('forward-from'), exact: true }).click();
      await page.locator('input[name=address]').fill(address);
      await button('next').click();
      await page.locator('#server').waitFor();
      await page.locator('.state-card', { hasText: t('unproved-cause') }).or(page.locator('.badge', { hasText: t('state-unproved') })).first().waitFor();
      assert.ok((await page.locator('#how-exchange').innerText()).includes(address), 'the lines to be copied name the address');
      await page.locator('#how-postfix summary').click();
      assert.match(await page.locator('#how-postfix').innerText(), /transport_maps/);
      await shot(page, `${language}-life-forwarding`);
      await go(ADDRESSES);
      await row(address).getByText(t('state-unproved')).waitFor();
    });

    rule('an invited agent gets a mail, chooses a password by its link, comes in, and finds the administration closed', async () => {
      await go('/admin/people/team');
      await page.getByRole('link', { name: t('invite'), exact: true }).click();
      await page.locator('input[name=name]').fill(agent.name);
      await page.locator('input[name=email]').fill(agent.email);
      await page.locator('select[name=language]').selectOption(language);
      await button('send-invitation').click();
      await page.getByText(t('team-invited-notice')).waitFor();
      await shot(page, `${language}-life-team`);

      const pattern = new RegExp(`${stage.desk}/password/[\\w-]+`);
      let link;
      await poll('the invitation is in the mailbox of the agent', async () => {
        const answer = await stage.control(`outside/${agent.email}/messages`).catch(() => []);
        for (const mail of answer.messages ?? answer) link ??= pattern.exec(`${mail.text ?? ''} ${mail.preview ?? ''} ${mail.html ?? ''} ${mail.mime ?? ''}`)?.[0];
        return link;
      });

      const desk = await browser.person(language);
      try {
        await desk.goto(link);
        await desk.locator('input[name=password]').fill('a-long-enough-one');
        await desk.locator('input[name=again]').fill('a-long-enough-one');
        await shot(desk, `${language}-life-choose-password`);
        await button('set-password', desk).click();
        await desk.waitForURL(/tickets/);
        assert.deepEqual(settled(desk), []);
        assert.equal(await desk.getByRole('link', { name: t('nav-admin'), exact: true }).count(), 0, 'no way to what is closed is offered');
        for (const path of ['/admin', ADDRESSES, '/admin/people/team']) {
          const answer = await desk.goto(stage.desk + path);
          assert.equal(answer.status(), 403, path);
          await desk.getByText(t('forbidden-title')).waitFor();
        }
        await shot(desk, `${language}-life-forbidden`);
        settled(desk);
        await desk.goto(link);
        assert.equal(await desk.locator('input[name=password]').count(), 0, 'the link works once');
      } finally {
        await desk.context().close();
      }
      await go('/admin/people/team');
      await page.locator('tr', { hasText: agent.email }).waitFor();
    });
  });
}
