import { isIP, isIPv4 } from 'node:net'
import { ArgumentTypeError } from '../argument-errors.js'
import { expect } from '../bridge/bridge.js'
import { datagramOption } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { timeout as inTime } from '../concurrency/timeout.js'
import { AbortError, ClosedError, HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { validateBoolean, validateInteger, validateObject } from '../validate.js'
import { Arriving } from './arriving.js'
import { closeEndpoint } from './closing.js'
import type { Datagram, DatagramDestination } from './datagram.js'
import { closeWhenDropped, forgetDropped } from './dropped.js'
import { PendingDatagram } from './pending-datagram.js'
import { resolveHost } from './resolve.js'
import { addressOf, type InternetAddress } from './socket-address.js'
import { bytesOf, type SocketData } from './socket-data.js'
import { type ErrorPlace, SocketError } from './socket-error.js'
import { validateWait, Waiter, type WaitOptions } from './waiter.js'

const done: Promise<void> = Promise.resolve()
/** Where the bytes of an empty datagram are. */
const nowhere = new Uint8Array(1)

/**
 * A UDP socket, as {@link bind} gives it. Datagrams arrive whole, or not at all.
 *
 * Nothing is taken from the system before somebody receives, and then about `highWaterMark` bytes ahead of the receiver at
 * most. Behind that, datagrams wait in the system, up to `recvBufferSize`; what finds no room there is lost, the newest
 * first, as UDP loses them: see {@link dropped}. Close the socket, or declare it with `await using`.
 */
export class UdpSocket implements AsyncDisposable {
  readonly #number: number
  readonly #arriving: Arriving
  /** Where it is bound: with the port that the system has chosen if none was given. */
  readonly address: InternetAddress
  #remote: InternetAddress | undefined
  #closing: Promise<void> | undefined

  /** @internal @param number by which native code knows it */
  constructor(number: number, highWaterMark: number) {
    this.#number = number
    this.#arriving = new Arriving(number, highWaterMark)
    closeWhenDropped(this, { endpoint: number, name: 'UDP socket', arrivals: this.#arriving })
    this.address = addressOf(number, false) as InternetAddress
  }

  /** The peer it is connected to, if any. */
  get remoteAddress(): InternetAddress | undefined {
    return this.#remote
  }

  /** True from the call of {@link close} on. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** How many datagrams the system has dropped since the socket was opened because nobody took those before. */
  get dropped(): number {
    return this.#closing === undefined ? Math.max(0, addon.droppedDatagrams(this.#number)) : 0
  }

  /**
   * The next datagram.
   *
   * Rejects with an {@link AbortError}, a {@link TimeoutError}, or, when the socket is closed, a {@link ClosedError}. What
   * the system tells of datagrams that were sent rejects too, with a {@link SocketError} such as `recvmsg ECONNREFUSED` on a
   * connected socket when nobody is there; the next call goes on.
   */
  receive(options?: WaitOptions): Promise<Datagram> {
    try {
      validateWait(options)
      if (this.#closing !== undefined) throw new ClosedError('socket')
      if (options?.signal?.aborted) throw new AbortError(options.signal)
      const datagram = this.#arriving.take()
      if (datagram !== undefined) return Promise.resolve(datagram)
    } catch (error) {
      return Promise.reject(error)
    }
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(resolve, reject)
      waiter.owner = this
      this.#arriving.wait(waiter, options)
    })
  }

  /** Datagrams until the socket is closed, by whomever. A loop that is left early leaves the socket open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram, void, undefined> {
    while (this.#closing === undefined) {
      let datagram: Datagram
      try {
        datagram = await this.receive()
      } catch (error) {
        if (error instanceof ClosedError) return
        throw error
      }
      yield datagram
    }
  }

  /**
   * Sends one datagram: to `to`, or, without it, to the peer that the socket is connected to. Resolves when the system has
   * taken it, which is at once as a rule; until then the bytes must not be changed. Whether it arrives, nobody tells.
   *
   * Rejects with a {@link SocketError} such as `EMSGSIZE`, with Node's own error when the name can't be found, an
   * {@link AbortError}, a {@link TimeoutError}, a {@link ClosedError}, or a {@link HeddleError} with Node's `code`
   * `ERR_SOCKET_DGRAM_NOT_CONNECTED` or `ERR_SOCKET_DGRAM_IS_CONNECTED` when there is no destination, or there are two.
   */
  send(data: SocketData, to?: DatagramDestination, options?: WaitOptions): Promise<void> {
    try {
      const bytes = bytesOf(data)
      validateWait(options)
      this.#open(options)
      if (to === undefined) {
        if (this.#remote === undefined) throw notConnected()
        return this.#send(bytes, undefined, options)
      }
      const { address, port } = validateDestination(to, 'to', this.#loopback)
      if (this.#remote !== undefined) throw isConnected()
      if (isIP(address) !== 0) return this.#send(bytes, { address, port }, options)
      const timeout = options?.timeout
      if (timeout === undefined) return this.#sendToName(bytes, address, port, options)
      const within = (signal: AbortSignal) => this.#sendToName(bytes, address, port, { signal })
      return inTime(timeout, within, { signal: options?.signal })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #sendToName(
    bytes: Uint8Array,
    name: string,
    port: number,
    options: WaitOptions | undefined,
  ): Promise<void> {
    const address = await this.#resolve(name, options)
    this.#open(options)
    await this.#send(bytes, { address, port }, options)
  }

  #send(
    bytes: Uint8Array,
    place: Required<ErrorPlace> | undefined,
    options: WaitOptions | undefined,
  ): Promise<void> {
    const { address, port } = place ?? { address: undefined, port: 0 }
    const status = addon.sendDatagram(this.#number, bytes, address, port as number)
    if (status === 0) return done
    const error = new SocketError(status, 'send', place)
    if (error.code !== 'EAGAIN') return Promise.reject(error)
    return new Promise((resolve, reject) => {
      const pending = new PendingDatagram(bytes, place, () => this.closed, resolve, reject)
      const id = expect(pending)
      const { memory, byteOffset } = placeOf(bytes.length === 0 ? nowhere : bytes)
      addon.queueDatagram(id, this.#number, memory, byteOffset, bytes.byteLength, address, port as number)
      if (options !== undefined) pending.heed(id, options)
    })
  }

  /**
   * From now on, the socket sends to this peer and receives from no other. It is told when nobody listens there:
   * `ECONNREFUSED`, from {@link receive} or {@link send}.
   *
   * Rejects with a {@link SocketError}, with Node's own error when the name can't be found, an {@link AbortError}, a
   * {@link TimeoutError}, a {@link ClosedError}, or a {@link HeddleError} with `code` `ERR_SOCKET_DGRAM_IS_CONNECTED`.
   */
  async connect(to: DatagramDestination, options?: WaitOptions): Promise<void> {
    const { address, port } = validateDestination(to, 'to', this.#loopback)
    validateWait(options)
    this.#open(options)
    if (this.#remote !== undefined) throw isConnected()
    const found = isIP(address) !== 0 ? address : await this.#resolve(address, options)
    this.#open(options)
    if (this.#remote !== undefined) throw isConnected()
    const status = addon.connectDatagrams(this.#number, found, port)
    if (status !== 0) throw new SocketError(status, 'connect', { address: found, port })
    this.#remote = addressOf(this.#number, true) as InternetAddress
  }

  /** Ends what {@link connect} began. Throws a {@link HeddleError} with `code` `ERR_SOCKET_DGRAM_NOT_CONNECTED`. */
  disconnect(): void {
    this.#open(undefined)
    if (this.#remote === undefined) throw notConnected()
    const status = addon.connectDatagrams(this.#number, undefined, 0)
    if (status !== 0) throw new SocketError(status, 'disconnect')
    this.#remote = undefined
  }

  /** Whether datagrams may go to a broadcast address. */
  setBroadcast(on: boolean): void {
    validateBoolean(on, 'on')
    this.#set('setBroadcast', datagramOption.broadcast, on ? 1 : 0)
  }

  /** How many routers a datagram may pass: 1 to 255. */
  setTTL(ttl: number): void {
    validateInteger(ttl, 'ttl', 1, 255)
    this.#set('setTTL', datagramOption.timeToLive, ttl)
  }

  /** How many routers a datagram to a group may pass: 0, which keeps it on this host, to 255. The system's default is 1. */
  setMulticastTTL(ttl: number): void {
    validateInteger(ttl, 'ttl', 0, 255)
    this.#set('setMulticastTTL', datagramOption.multicastTimeToLive, ttl)
  }

  /** Whether datagrams to a group also come to members on this host. */
  setMulticastLoopback(on: boolean): void {
    validateBoolean(on, 'on')
    this.#set('setMulticastLoopback', datagramOption.multicastLoopback, on ? 1 : 0)
  }

  #set(name: string, option: number, value: number): void {
    this.#open(undefined)
    const status = addon.setDatagramOption(this.#number, option, value)
    if (status !== 0) throw new SocketError(status, name)
  }

  /**
   * Joins a multicast group.
   *
   * @param group its address
   * @param by the interface: one of its addresses for IPv4, `::%eth1` for IPv6. Default: the system's choice.
   */
  addMembership(group: string, by?: string): void {
    this.#member('addMembership', group, by, true)
  }

  /** Leaves a multicast group. Closing the socket does so too. */
  dropMembership(group: string, by?: string): void {
    this.#member('dropMembership', group, by, false)
  }

  #member(name: string, group: string, by: string | undefined, member: boolean): void {
    if (typeof group !== 'string') throw new ArgumentTypeError('group', 'of type string', group)
    if (by !== undefined && typeof by !== 'string') throw new ArgumentTypeError('by', 'of type string', by)
    this.#open(undefined)
    const status = addon.setMembership(this.#number, group, by, member)
    if (status !== 0) throw new SocketError(status, name)
  }

  get #loopback(): string {
    return this.address.family === 'IPv6' ? '::1' : '127.0.0.1'
  }

  /** The first address that this socket can send to. */
  async #resolve(name: string, options: WaitOptions | undefined): Promise<string> {
    const found = await resolveHost(name, options)
    const reachable = this.address.family === 'IPv6' ? found[0] : found.find(isIPv4)
    return reachable ?? (found[0] as string)
  }

  #open(options: WaitOptions | undefined): void {
    if (this.#closing !== undefined) throw new ClosedError('socket')
    if (options?.signal?.aborted) throw new AbortError(options.signal)
  }

  /**
   * Closes the socket. What waits rejects with a {@link ClosedError}; what the system has taken is still sent. Resolves when
   * the port is free again. Closing twice gives the same Promise.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      forgetDropped(this)
      this.#closing = closeEndpoint(this.#number)
      this.#arriving.close()
    }
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function validateDestination(
  to: DatagramDestination,
  name: string,
  loopback: string,
): { address: string; port: number } {
  validateObject(to, name)
  const { port, address = loopback } = to
  validateInteger(port, `${name}.port`, 1, 65_535)
  if (typeof address !== 'string') throw new ArgumentTypeError(`${name}.address`, 'of type string', address)
  return { address: address === '' ? loopback : address, port }
}

function notConnected(): HeddleError {
  return new HeddleError('ERR_SOCKET_DGRAM_NOT_CONNECTED', 'Not connected')
}

function isConnected(): HeddleError {
  return new HeddleError('ERR_SOCKET_DGRAM_IS_CONNECTED', 'Already connected')
}
