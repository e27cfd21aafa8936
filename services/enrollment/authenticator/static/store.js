// The accounts of this browser, with their keys, in IndexedDB.

const NAME = "authenticator";
const ACCOUNTS = "accounts";
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ACCOUNTS, { keyPath: "deviceId" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run(mode, work) {
  const transaction = (await database()).transaction(ACCOUNTS, mode);
  const request = work(transaction.objectStore(ACCOUNTS));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** All accounts, the oldest first. */
export async function keptAccounts() {
  const all = await run("readonly", (accounts) => accounts.getAll());
  return all.sort((one, other) => one.addedAt - other.addedAt);
}

/** Keep an account. The browser is asked not to clear it away when space runs out. */
export async function keepAccount(account) {
  await run("readwrite", (accounts) => accounts.put(account));
  await navigator.storage?.persist?.().catch(() => false);
}

/** Its key goes with it. */
export function forgetAccount(deviceId) {
  return run("readwrite", (accounts) => accounts.delete(deviceId));
}
