// The WebSocket of a page: what is asked, and what comes; a connection that is lost is tried again.

import { readFrame } from "./frame.js";

const RETRY = 1000; // milliseconds until a lost connection is tried again
const REFUSED = 4403; // the server's code: this page has not the token

/**
 * @param {string} token
 * @param {{opened: () => void, received: (message: object) => void, closed: (ended: boolean) => void}} handlers a
 *   message has its values, among them `kind`, and `arrays` where it is a frame; `ended`: it is not tried again, since
 *   the server is another one than the page came from
 */
export function connect(token, handlers) {
  let socket = null;
  let left = false;

  function begin() {
    socket = new WebSocket(`ws://${location.host}/session?token=${encodeURIComponent(token)}`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", handlers.opened);
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") return handlers.received(JSON.parse(data));
      const { values, arrays } = readFrame(data);
      return handlers.received({ ...values, arrays });
    });
    socket.addEventListener("close", ({ code }) => {
      handlers.closed(code === REFUSED);
      if (code !== REFUSED && !left) setTimeout(begin, RETRY);
    });
  }

  addEventListener("pagehide", () => {
    left = true;
    socket.close();
  });
  begin();
  return {
    /** Whether it was sent: who is not connected asks again when `opened` is called. */
    ask(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
