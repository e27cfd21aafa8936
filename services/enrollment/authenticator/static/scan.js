// "Scan a QR code": the camera's picture, looked at a few times a second. No picture leaves this page.

import { fromLink, UnusableError } from "./activation.js";
import { qrDetector } from "./qr.js";
import { isText, text } from "./texts.js";
import { say, show } from "./view.js";

const LOOK_EVERY = 200;
const PICTURE = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };

/** Shows the view until `signal` aborts; `found` gets the activation. */
export async function scan({ publicOrigin, found, signal }) {
  const view = show("scan");
  const state = view.querySelector("[data-state]");
  const again = view.querySelector("[data-again]");
  again.addEventListener("click", () => scan({ publicOrigin, found, signal }));
  try {
    const detector = await qrDetector().catch(() => null);
    if (!detector) return stop(view, text("camera.noReader"));
    const camera = await openCamera(view.querySelector("video"), signal);
    say(state, text("camera.hold"));
    const activation = await firstCode(camera, detector, { publicOrigin, state, signal });
    if (activation) found(activation);
  } catch (error) {
    if (signal.aborted) return;
    again.hidden = false;
    stop(view, text(isText(`camera.${error.name}`) ? `camera.${error.name}` : "camera.failed"));
  }
}

function stop(view, why) {
  view.querySelector("[data-finder]").hidden = true;
  say(view.querySelector("[data-state]"), why);
}

async function openCamera(video, signal) {
  if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
  const stream = await navigator.mediaDevices.getUserMedia({ video: PICTURE });
  const close = () => stream.getTracks().forEach((track) => track.stop());
  if (signal.aborted) close();
  signal.addEventListener("abort", close);
  video.srcObject = stream;
  await video.play();
  return { video, close };
}

async function firstCode({ video, close }, detector, { publicOrigin, state, signal }) {
  while (!signal.aborted) {
    for (const { rawValue } of await detector.detect(video).catch(() => [])) {
      try {
        const activation = fromLink(rawValue, publicOrigin);
        close();
        return activation;
      } catch (error) {
        if (!(error instanceof UnusableError)) throw error;
        say(state, error.message);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  return null;
}
