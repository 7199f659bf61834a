// Accounts: exact money in smallest units. A transfer takes what is available (balance less what is reserved, down to the
// floor); a reservation keeps an amount for one entity, which captures it or gives it back.

import SoukModel

extension Machine {
  /// An amount in smallest units times the weight; nil (and the run stops) if it isn't one.
  private mutating func money(_ amount: Double, pc: Int) -> Int64? {
    let units = amount.rounded(.toNearestOrEven) * weight
    if units >= 0 && units < 9e18 { return Int64(units) }
    if units.isNaN {
      fail(.fault(.notANumber, place: place(pc - 1)))
    } else {
      fail(.fault(units < 0 ? .requestTooLarge(amount: amount) : .moneyOverflow, place: place(pc - 1)))
    }
    return nil
  }

  /// Whether an account can give an amount without going under its floor.
  private mutating func canGive(_ account: Int32, _ amount: Int64) -> Bool {
    if accounts[account].floor == .min { return true }
    let (left, overflow) = accounts[account].balance.subtractingReportingOverflow(amount)
    if overflow { return false }
    let (available, overflow2) = left.subtractingReportingOverflow(accounts[account].reserved)
    return !overflow2 && available >= accounts[account].floor
  }

  private mutating func move(_ amount: Int64, from: Int32, to: Int32, pc: Int) {
    if from == to { return }
    let (less, overflow) = accounts[from].balance.subtractingReportingOverflow(amount)
    let (more, overflow2) = accounts[to].balance.addingReportingOverflow(amount)
    if overflow || overflow2 { return fail(.fault(.moneyOverflow, place: place(pc - 1))) }
    accounts[from].balance = less
    accounts[to].balance = more
    set(accounts[from].balanceCell, to: Double(less))
    set(accounts[to].balanceCell, to: Double(more))
  }

  /// The account hasn't got it: to the `else`, or the run stops.
  private mutating func refuse(_ site: TransferSite, pc: Int) -> Int {
    if site.otherwise >= 0 { return Int(site.otherwise) }
    fail(.fault(.overdrawn(account: site.from), place: place(pc - 1)))
    return pc
  }

  mutating func transfer(_ site: TransferSite, frame: Int, pc: Int) -> Int {
    guard let amount = money(registers[site.amount], pc: pc) else { return pc }
    guard canGive(site.from, amount) else { return refuse(site, pc: pc) }
    move(amount, from: site.from, to: site.to, pc: pc)
    return pc
  }

  mutating func reserve(_ site: TransferSite, frame: Int, pc: Int) -> Int {
    guard let amount = money(registers[site.amount], pc: pc) else { return pc }
    guard canGive(site.from, amount) else { return refuse(site, pc: pc) }
    let (reserved, overflow) = accounts[site.from].reserved.addingReportingOverflow(amount)
    if overflow {
      fail(.fault(.moneyOverflow, place: place(pc - 1)))
      return pc
    }
    setReserved(site.from, reserved)
    frames[frame &+ Int(site.reservation)] += Double(amount)
    return pc
  }

  private mutating func setReserved(_ account: Int32, _ amount: Int64) {
    accounts[account].reserved = amount
    set(accounts[account].reservedCell, to: Double(amount))
  }

  /// Moves money that this entity has reserved.
  mutating func capture(_ site: TransferSite, frame: Int, pc: Int) -> Int {
    guard let amount = money(registers[site.amount], pc: pc) else { return pc }
    let slot = frame &+ Int(site.reservation)
    let own = Int64(frames[slot])
    guard amount <= own else { return refuse(site, pc: pc) }
    setReserved(site.from, accounts[site.from].reserved - amount)
    frames[slot] = Double(own - amount)
    move(amount, from: site.from, to: site.to, pc: pc)
    return pc
  }

  mutating func releaseReservation(slot: Int, account: Int32) {
    let own = Int64(frames[slot])
    if own == 0 { return }
    setReserved(account, accounts[account].reserved - own)
    frames[slot] = 0
  }
}
