// Who used the processors meanwhile, from Linux's /proc; on other systems all of it is unknown (null).
import fs from 'node:fs';
import os from 'node:os';

const read = (name) => fs.readFileSync(`/proc/${name}`, 'utf8');

// Fields of /proc/PID/stat after the name, which may hold anything: [state, parent, ...].
const stat = (pid) => {
  const text = read(`${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

// This process and all that it started, as far as they still run.
function family() {
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(pid), Number(stat(pid)[1]));
    } catch { /* it has ended meanwhile */ }
  }
  const belongs = (pid) => pid === process.pid || (parents.has(pid) && belongs(parents.get(pid)));
  return [...parents.keys()].filter(belongs);
}

// Nanoseconds of processor time of every thread of these processes.
function processorTime(pids) {
  let time = 0;
  for (const pid of pids) {
    try {
      for (const thread of fs.readdirSync(`/proc/${pid}/task`)) time += Number(read(`${pid}/task/${thread}/schedstat`).split(' ')[0]);
    } catch { /* it has ended meanwhile */ }
  }
  return time;
}

const isPage = (pid) => {
  try {
    return read(`${pid}/cmdline`).includes('--type=renderer');
  } catch {
    return false;
  }
};

// Ticks of all processors: [busy, all].
function ticks() {
  const [user, nice, system, idle, wait, irq, softIrq, steal] = read('stat').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  const busy = user + nice + system + irq + softIrq;
  return [busy, busy + idle + wait + steal];
}

let boosted = null;  // the priority that measured work gets: of its whole session, on machines that schedule so

// Measured work goes before other programs from now on. Linux with autogroups, in a session of its own, as root.
export function boost(nice = -15) { boosted = nice; }

function prioritise(pids, nice) {
  for (const pid of pids) {
    try {
      fs.writeFileSync(`/proc/${pid}/autogroup`, String(nice));
      os.setPriority(pid, nice);
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    }
  }
}

export class Watch {
  constructor() {
    this.known = fs.existsSync('/proc/self/schedstat');
    if (!this.known) return;
    this.family = family();
    this.pages = this.family.filter(isPage);
    if (boosted !== null) prioritise(this.family, boosted);
    this.ownTime = processorTime(this.family);
    this.pageTime = processorTime(this.pages);
    [this.busy, this.all] = ticks();
  }

  // Since the watch was made: processor time of our pages in ms, and the share of all processors that others used.
  stop() {
    if (!this.known) return { cpu: null, others: null };
    if (boosted !== null) prioritise(this.family, 0);
    const own = (processorTime(this.family) - this.ownTime) / 1e7;  // ticks of 10 ms
    const [busy, all] = ticks();
    const others = Math.max(0, busy - this.busy - own) / Math.max(1, all - this.all);
    return { cpu: (processorTime(this.pages) - this.pageTime) / 1e6, others: Math.round(others * 100) / 100 };
  }
}
