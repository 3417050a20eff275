/** The numbers of native/bridge/layout.hpp. The addon reports its own at load, and a difference is an error there. */

export const submissionBytes = 48
export const replyBytes = 16

/** Indexes into the control block. */
export const control = { submitted: 0, epoch: 1, pumping: 2, unsettled: 3, round: 4 } as const

export const opcode = {
  cancel: 1,
  sleep: 2,
  read: 3,
  write: 4,
  fsync: 5,
  fdatasync: 6,
  close: 7,
  stat: 8,
  dropMemory: 9,
  startEndpoint: 32,
  pauseEndpoint: 33,
  closeEndpoint: 34,
  send: 35,
  end: 36,
  sendCopied: 37,
  httpRead: 48,
  httpDrop: 49,
  copy: 64,
  fill: 65,
  histogram: 66,
  record: 67,
  wait: 68,
  notify: 69,
  dropStream: 70,
  dropEvent: 71,
  launch: 72,
  dropKernel: 73,
  dropLibrary: 74,
} as const

/** Calls on paths and what their flags mean: native/io/path_call.hpp. */
export const pathCall = {
  rename: 1,
  unlink: 2,
  mkdir: 3,
  mkdirs: 4,
  rmdir: 5,
  rm: 6,
  readdir: 7,
  access: 8,
  truncate: 9,
  link: 10,
  symlink: 11,
  readlink: 12,
  mkdtemp: 13,
  realpath: 14,
  chmod: 15,
  chown: 16,
  utimes: 17,
  copyFile: 18,
  fallocate: 19,
  readFiles: 20,
  statfs: 21,
  readFolder: 22,
} as const

export const pathFlag = { force: 1, recursive: 2, withTypes: 4, noFollow: 8 } as const

/**
 * Progress of a socket is the number of a receive buffer times the unit, plus how many bytes it has. For bytes in the arrival
 * page it is where they start times the unit, plus how many they are, plus {@link copiedArrival}.
 */
export const arrivalUnit = 1 << 14
export const copiedArrival = 1 << 29
/** What is longer is not copied there. */
export const longestCopiedArrival = 1024
/** Bytes from one receive buffer to the next. */
export const receiveBufferBytes = 8 << 10

/** Progress of a datagram socket is the number of a place times this, plus how many bytes it has. */
export const bufferUnit = 1 << 20

/** Places of the datagram buffers, bytes of each, and bytes of what follows them about each sender: native/bridge/datagram_buffers.hpp. */
export const datagramPlaces = 64
export const datagramPlaceBytes = 64 << 10
export const datagramSenderBytes = 64

/** Settings of UDP sockets: native/bridge/datagram_calls.hpp. */
export const datagramOption = {
  broadcast: 1,
  timeToLive: 2,
  multicastTimeToLive: 3,
  multicastLoopback: 4,
} as const

export const tryPageCache = 1
/** Of a read of a file that was opened with O_DIRECT. */
export const pastCache = 2
export const wholeNumbers = 1
export const fill = 1

/** A reply's status when the error is a device's: the bridge then asks for it. */
export const deviceFailure = -100_000
/** The same when the error is one of heddle/http. */
export const httpFailure = -100_001
/** A reply's status when the operation goes on. */
export const progress = 1
