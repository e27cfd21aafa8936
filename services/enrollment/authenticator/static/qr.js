// Reads QR codes from pictures: by the browser where it can, else by the reader that is installed with the app.

const FORMAT = "qr_code";

/** A detector with `detect(picture)`, or null where this browser and this server have none. */
export async function qrDetector() {
  if ((await self.BarcodeDetector?.getSupportedFormats().catch(() => []))?.includes(FORMAT)) {
    return new self.BarcodeDetector({ formats: [FORMAT] });
  }
  if (document.body.dataset.reader !== "yes") return null;
  const { BarcodeDetector } = await import("./qr/decode.js");
  return new BarcodeDetector({ formats: [FORMAT] });
}
