// Mail handed over byte by byte, as another mail server would.
import { connect } from 'node:net';

/** Hands mails over to a server of the sandbox, all of them in one session. */
export async function sendRaw(port, to, mails) {
  const socket = connect(port, '127.0.0.1');
  let buffer = ''; let wake = () => {};
  socket.on('data', (chunk) => { buffer += chunk; wake(); });
  const broken = new Promise((_, reject) => { socket.once('error', reject); socket.once('close', () => reject(new Error(`the mail server hung up: ${buffer}`))); });
  broken.catch(() => {});
  const answer = async () => {
    for (;;) {
      const end = /^(\d{3}) .*\r\n/m.exec(buffer);
      if (end) { buffer = buffer.slice(end.index + end[0].length); return end[0]; }
      await Promise.race([new Promise((resolve) => { wake = resolve; }), broken]);
    }
  };
  const say = async (line, expected) => {
    if (line !== null) socket.write(`${line}\r\n`);
    const said = await answer();
    if (!said.startsWith(expected)) throw new Error(`${line?.slice(0, 60)} -> ${said}`);
  };
  await say(null, '220');
  await say('EHLO outside.example', '250');
  for (const mail of mails) {
    await say('MAIL FROM:<stranger@outside.example>', '250');
    await say(`RCPT TO:<${to}>`, '250');
    await say('DATA', '354');
    await say(`${mail.replace(/^\./gm, '..').replace(/\r\n$/, '')}\r\n.`, '250');
  }
  socket.removeAllListeners('close');
  socket.end('QUIT\r\n');
}
