import Testing

@testable import Manifest

/// The promise of the ledger under deaths and errors at every change that it makes to the disk.
@Suite struct LedgerDeathTests {
  private static let claims = 9

  /// Whether somebody takes every sealed manifest away as soon as it is there.
  @Test(arguments: Saboteur.Blow.allCases, [false, true])
  func nothingIsLostOrRepeatedAtAnyChange(blow: Saboteur.Blow, consumerTakes: Bool) throws {
    var target = 0
    while true {
      target += 1
      var world = try World(claims: Self.claims, consumerTakes: consumerTakes)
      let consumer = world.consumer
      let saboteur = Saboteur(blow, at: target, in: world.scratch) { consumer.look() }
      try? world.live(saboteur)
      guard let change = saboteur.struck else { break }
      try world.live(Saboteur(blow, at: 0, in: world.scratch) { consumer.look() })
      try world.check("\(blow) at \(target): \(change)")
    }
    // A run makes 17 changes, two seals among them; fewer would mean that some go unseen.
    #expect(target > 17)
  }

  /// A second death while the first one's traces are being mended.
  @Test(arguments: [false, true])
  func nothingIsLostOrRepeatedWhereRecoveryDiesToo(consumerTakes: Bool) throws {
    for first in 1... {
      // A recovery makes fewer changes than that.
      for second in 1...8 {
        var world = try World(claims: 6, consumerTakes: consumerTakes)
        let consumer = world.consumer
        let killer = Saboteur(.killedBefore, at: first, in: world.scratch) { consumer.look() }
        try? world.live(killer)
        guard killer.struck != nil else { return }
        let again = Saboteur(.killedBefore, at: second, in: world.scratch) { consumer.look() }
        try? world.live(again)
        try world.live(Saboteur(.killedBefore, at: 0, in: world.scratch) { consumer.look() })
        try world.check("killed before \(first), then before \(second)")
      }
    }
  }
}
