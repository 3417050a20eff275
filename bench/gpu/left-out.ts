/** What is missing on this machine for some of the rows; the others are measured all the same. */
export class LeftOut extends Error {}
