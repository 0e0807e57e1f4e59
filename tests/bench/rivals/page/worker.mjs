// An engine in a worker: takes [method, values], answers {result} or {error}.
let target;

async function call(method, values) {
  if (method !== 'open') return target[method](...values);
  const { open } = await import(`./${values[0].engine}.mjs`);
  target = await open(values[0]);
  return target.version;
}

onmessage = async ({ data: [method, values] }) => {
  try {
    postMessage({ result: await call(method, values) });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};
