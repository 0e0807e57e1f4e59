// Writes a file of the private file system where pages themselves cannot (store.mjs): {open: path}, {write: bytes},
// {close: true}, each answered by {} or {error: {name, message}}.
let file, at = 0;

async function open(path) {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
  file = await (await folder.getFileHandle(path.at(-1), { create: true })).createSyncAccessHandle();
  file.truncate(0);
  at = 0;
}

function write(bytes) {
  const written = file.write(bytes, { at });
  if (written !== bytes.length) throw new DOMException(`${written} / ${bytes.length}`, 'QuotaExceededError');
  at += written;
}

addEventListener('message', async ({ data }) => {
  try {
    if (data.open) await open(data.open);
    if (data.write) write(data.write);
    if (data.close) {
      file?.flush();
      file?.close();
    }
    postMessage({});
  } catch ({ name, message }) {
    postMessage({ error: { name, message } });
  }
});
