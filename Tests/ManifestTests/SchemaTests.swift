import FileSystem
import Glibc
import SystemPackage
import Testing

@testable import Manifest

/// `etc/manifest.schema.json` against what the ledger writes, judged by python3's jsonschema.
@Suite(.enabled(if: Python.hasJSONSchema, "needs python3-jsonschema"))
struct SchemaTests {
  private let scratch: Scratch

  /// A manifest with every kind of entry, and the journal that it was made of.
  init() throws {
    scratch = try Scratch()
    var ledger = try Ledger(scratch)
    var unreadable = Samples.rejected("c-4", source: "z.jpg")
    unreadable.sha256 = nil
    unreadable.supersedes = "c-3"
    var odd = Samples.accepted("c-5")
    odd.source = RecordedPath(FilePath(bytes: [0x61, 0xFF]))
    odd.storedAs = RecordedPath(FilePath(bytes: [UInt8]("done/ankle-boot/a".utf8) + [0xFF]))
    let drafts = [Samples.accepted(), Samples.review(), Samples.rejected(), unreadable, odd]
    _ = try ledger.append(drafts)
    let journal = try scratch.read("00000001.jsonl")
    _ = try ledger.seal()
    try scratch.write("journal", journal)
  }

  /// Runs a script that finds `validator`, `manifest` and `check(object, pointer)`, and gives what
  /// it prints.
  private func python(_ script: String) throws -> String {
    let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let head = """
      import copy, json, jsonschema
      schema = json.load(open("/\(checkout)/etc/manifest.schema.json"))
      manifest = json.load(open("\(scratch.path)/00000001.json"))
      journal = [json.loads(line) for line in open("\(scratch.path)/journal")]
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)

      """
    try scratch.write("script.py", (head + script).utf8)
    return try Python.run("\(scratch.path)/script.py", in: scratch)
  }

  @Test func sealedManifestsAreValid() throws {
    let output = try python(
      """
      for error in validator.iter_errors(manifest): print(error.json_path, error.message)
      entry = validator.evolve(schema={"$ref": "#/$defs/entry", "$defs": schema["$defs"]})
      for line in journal:
        for error in entry.iter_errors(line): print(error.json_path, error.message)
      print(len(manifest["entries"]), manifest["entries"] == journal)
      """)
    #expect(output == "5 True\n")
  }

  @Test func unknownKeysAndNewCodesAreValid() throws {
    let output = try python(
      """
      manifest["new"] = 1
      manifest["summary"]["new"] = 1
      accepted, review, rejected = manifest["entries"][:3]
      accepted["new"] = {}
      review["reasons"].append("something_new")
      rejected["error"]["code"] = "something_new"
      print(validator.is_valid(manifest))
      """)
    #expect(output == "True\n")
  }

  /// Each change breaks one promise of the format.
  @Test func brokenPromisesAreInvalid() throws {
    let output = try python(
      #"""
      changes = [
        lambda m: m.update(schema="hangtag.manifest/2"), lambda m: m.update(sequence=0),
        lambda m: m.update(stream="x"), lambda m: m.update(entries=[]),
        lambda m: m.update(sealed_at="2026-01-31T08:15:30Z"),
        lambda m: m.update(sealed_at="2026-13-31T08:15:30.000Z"),
        lambda m: m.pop("summary"), lambda m: m["summary"].update(photos=-1),
        lambda m: m["summary"]["by_category"].update(Coat=0),
      ]
      def entry(index, **values):
        return lambda m: m["entries"][index].update(values)
      def missing(index, key):
        return lambda m: m["entries"][index].pop(key)
      changes += [missing(0, key) for key in manifest["entries"][0] if "base64" not in key]
      changes += [missing(2, "error"), missing(2, "category")]
      error = {"code": "corrupt", "message": "x"}
      changes += [
        entry(0, sequence=0), entry(0, sequence="1"), entry(0, claim=""), entry(0, source="/a"),
        entry(0, sha256="A5" * 32), entry(0, sha256=None), entry(0, outcome="lost"),
        entry(0, low_confidence=True), entry(0, confidence=1), entry(0, confidence=-0.1),
        entry(0, confidence=None), entry(0, category=None), entry(0, error=error),
        entry(0, reasons=["blank"]), entry(0, stored_as="review/coat/x.jpg"), entry(0, image=None),
        entry(0, category={"index": 9, "label": "Ankle boot", "slug": "Ankle boot"}),
        entry(0, alternatives=[{"label": "Bag", "confidence": 0.1}] * 3),
        entry(0, received_at="yesterday"), entry(0, source_base64="?"), entry(0, supersedes=""),
        entry(1, low_confidence=False), entry(1, reasons=[]), entry(1, stored_as="done/coat/x"),
        entry(1, error=error), entry(2, category=manifest["entries"][0]["category"]),
        entry(2, confidence=0.5), entry(2, low_confidence=True), entry(2, stored_as="done/y.jpg"),
        entry(2, error={"code": "", "message": "x"}),
      ]
      for number, change in enumerate(changes):
        broken = copy.deepcopy(manifest)
        change(broken)
        if validator.is_valid(broken): print("change", number, "goes unnoticed")
      print(len(changes))
      """#)
    #expect(output == "56\n")
  }
}

/// The machine's python3.
private enum Python {
  static let hasJSONSchema =
    unsafe system("python3 -c 'import jsonschema.validators' >/dev/null 2>&1") == 0

  /// Runs a script and gives what it printed, errors included.
  static func run(_ script: String, in scratch: Scratch) throws -> String {
    _ = unsafe system("python3 '\(script)' >'\(scratch.path)/output' 2>&1")
    return try scratch.text("output")
  }
}
