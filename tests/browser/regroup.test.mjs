// What was placed wrongly is put right by an agent, in a real browser and in both languages: why a mail is here, splitting it off,
// merging two tickets and taking that back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { shot, signIn, signInAtMicrosoft, startBrowser, startSandbox, texts } from './stage.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(async () => { await browser?.close(); });

const languages = [
  { language: 'en', subject: 'The kettle arrived without its lid', other: 'And the invoice has the wrong address', customer: { name: 'Mary Holm', address: 'mary.holm@outside.example' } },
  { language: 'ja', subject: '【至急】納品書の宛名の訂正について', other: '請求書の送付先も変更をお願いいたします', customer: { name: '山田 花子', address: 'hanako.yamada@outside.example' } },
];

for (const { language, subject, other, customer } of languages) {
  test(`an agent sees why a mail is here, splits it off, merges it back and undoes that (${language})`, async () => {
    const t = texts(language);
    const stage = await startSandbox();
    let page;
    try {
      const shown = /Microsoft 365\s+(\S+) \/ (\S+)/.exec(stage.output());
      const support = { upn: shown[1], password: shown[2] };
      const to = (await stage.control('people')).find((p) => p.upn === support.upn).mail ?? support.upn;
      page = await browser.person(language);
      await signIn(page, stage, t);
      await page.goto(`${stage.desk}/admin/channels/email/addresses/connect/exchange`);
      await page.locator('input[name=import][value=yes]').uncheck();
      await page.getByRole('button', { name: t('next'), exact: true }).click();
      await signInAtMicrosoft(page, stage, support);
      await page.getByRole('button', { name: t('done'), exact: true }).click();
      await page.locator('tr', { hasText: to }).getByText(t('state-verified')).waitFor();

      // Two matters in one thread, as customers do it.
      const first = await stage.control('outside/send', { from: customer, to: [{ address: to }], subject, text: subject });
      await page.goto(`${stage.desk}/tickets?view=unsolved`);
      await page.locator('table.tickets').getByRole('link', { name: subject }).click();
      const here = page.url();
      await stage.control('outside/send', { from: customer, to: [{ address: to }], subject: other, text: other, inReplyTo: first.internetMessageId, references: [first.internetMessageId] });
      const stray = page.locator('article.comment', { hasText: other });
      await stray.waitFor();

      // Why is it here? It answers the first, and that is a link to it.
      await stray.locator('details.why > summary').click();
      const why = stray.locator('details.why');
      await why.getByText(first.internetMessageId.replace(/[<>]/g, '')).waitFor();
      assert.match(await why.getByRole('link', { name: t('signal-show') }).getAttribute('href'), /^#comment-\d+$/);
      await shot(page, `${language}-regroup-1-why`);
      assert.equal(await page.locator('article.comment').first().getByText(t('split'), { exact: true }).count(), 0, 'the first mail stays');

      // Split off, and the ticket made has it alone.
      await why.getByText(t('split'), { exact: true }).click();
      await shot(page, `${language}-regroup-2-split`);
      await why.getByRole('button', { name: t('split-button') }).click();
      await page.waitForURL((url) => url.pathname.startsWith('/tickets/') && url.href !== here);
      const apart = page.url();
      assert.equal(await page.locator('article.comment').count(), 1);
      await page.getByRole('heading', { level: 1, name: other }).waitFor();
      await page.locator('details.why > summary').click();
      await page.getByText(t('signal-split-from').split('{')[0].trim()).waitFor();

      // Merge it back, with a note that only the team sees; a wrong number is refused with a reason first.
      const merge = async (into) => {
        await page.locator('#merge > summary').click();
        await page.locator('#merge-into').fill(into);
        await page.locator('#merge-comment').selectOption('private');
        await shot(page, `${language}-regroup-3-merge`);
        await page.locator('#merge').getByRole('button', { name: t('merge-button'), exact: true }).click();
      };
      await merge('4711');
      await page.locator('#answer-problem').waitFor();
      await page.goto(apart);
      await merge(`#${here.split('/').pop()}`);
      await page.waitForURL(here);
      await page.locator('article.comment.note').first().waitFor();
      assert.equal(await page.locator('article.comment.theirs').count(), 2, 'both mails are shown');
      await shot(page, `${language}-regroup-4-merged`);

      // The merged ticket says where it went, and the merge can be taken back there.
      await page.goto(apart);
      await page.locator('#merged').getByRole('link').first().waitFor();
      await page.locator('#unmerge > summary').click();
      await shot(page, `${language}-regroup-5-undo`);
      await page.locator('#unmerge').getByRole('button', { name: t('unmerge-button'), exact: true }).click();
      await page.locator('#answer-text').waitFor();
      await page.goto(here);
      assert.equal(await page.locator('article.comment.theirs').count(), 1);

      await page.setViewportSize({ width: 400, height: 900 });
      await page.goto(apart);
      await page.locator('article.comment').first().locator('details.why > summary').click();
      await page.locator('#merge > summary').click();
      await shot(page, `${language}-regroup-6-narrow`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `the narrow page is ${overflow} px too wide`);
      // The refusal is meant: its status is the one complaint that a browser has.
      const complaints = page.complaints.filter((line) => !/422|\/merge/.test(line));
      assert.deepEqual(complaints, [], 'no script error and no violated Content-Security-Policy');
      const box = await stage.control(`outside/${customer.address}/messages`);
      const got = box.messages.filter((m) => m.mime.includes('X-Postdesk-Outbox'));
      assert.equal(got.length, 1, 'the receipt, and nothing about splits and private merges');
    } catch (error) {
      if (page) await shot(page, `${language}-regroup-failed`).catch(() => {});
      error.message += `\n--- at ${page?.url()}\n${(await page?.locator('main').innerText().catch(() => ''))?.slice(0, 1500)}`;
      error.message += `\n--- the sandbox said:\n${stage.output().slice(-3000)}`;
      throw error;
    } finally {
      await page?.context().close();
      await stage.stop();
    }
  });
}
