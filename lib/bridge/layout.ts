/** The numbers of native/bridge/layout.hpp. The addon reports its own at load, and a difference is an error there. */

export const submissionBytes = 48
export const replyBytes = 16

/** Indexes into the control block. */
export const control = { submitted: 0, epoch: 1, pumping: 2, unsettled: 3 } as const

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
  copy: 64,
  fill: 65,
  histogram: 66,
  record: 67,
  wait: 68,
  notify: 69,
  dropStream: 70,
  dropEvent: 71,
} as const

export const tryPageCache = 1
export const wholeNumbers = 1

/** A reply's status when the error is a device's: the bridge then asks for it. */
export const deviceFailure = -100_000
/** A reply's status when the operation goes on. */
export const progress = 1
