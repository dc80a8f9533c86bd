// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target: language mode 6, strict memory safety, warnings are errors.
let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// What handles pixels and weights is optimised in debug builds too, as the C is: the tests decode
/// real photos and train real networks.
let optimized = swift + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Set by `make fuzz` and `make sanitize`.
let isSanitized = Context.environment["HANGTAG_SANITIZED"] != nil

/// C is for kernels and shims only. Optimised in debug builds too: the tests run real networks. With
/// a sanitizer's checks in the kernels' unrolled loops an optimiser would take minutes.
let c: [CSetting] = [
  .unsafeFlags([isSanitized ? "-O1" : "-O3", "-Wall", "-Wextra", "-Werror", "-fno-math-errno"])
]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "hangtag",
  products: [
    .executable(name: "hangtagd", targets: ["hangtagd"]),
    .executable(name: "hangtag", targets: ["hangtag"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
  ],
  targets: [
    // What everything stands on: system calls, threads, digests, YAML, JSON.
    .target(name: "CLinux", cSettings: c),
    .target(name: "FileSystem", dependencies: ["CLinux", system], swiftSettings: swift),
    .target(name: "Threading", dependencies: ["CLinux"], swiftSettings: swift),
    .target(name: "CDigest", cSettings: c),
    .target(name: "Digest", dependencies: ["CDigest"], swiftSettings: optimized),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: swift),
    .target(name: "JSON", swiftSettings: optimized),

    // From bytes to probabilities. Imports go down this list only.
    .target(name: "CKernels", exclude: ["amx", "template"], cSettings: c),
    .target(
      name: "CCodecs", cSettings: c,
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png16"), .linkedLibrary("z"),
        .linkedLibrary("isal"),
      ]),
    .target(name: "Imaging", dependencies: ["CCodecs"], swiftSettings: optimized),
    .target(
      name: "NeuralNetwork", dependencies: ["CKernels", "CLinux", "JSON", "Threading"],
      swiftSettings: optimized),
    .target(name: "CPixels", cSettings: c),
    .target(
      name: "Classification", dependencies: ["CPixels", "Imaging", "NeuralNetwork"],
      swiftSettings: optimized),

    // Networks from data. The daemon does not link it.
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Training",
      dependencies: [
        "CZlib", "Classification", "Digest", "FileSystem", "Imaging", "JSON", "NeuralNetwork",
        "Threading", "YAML", system,
      ],
      swiftSettings: optimized),

    // From the inbox to the manifest.
    .target(
      name: "Inbox", dependencies: ["FileSystem", "Threading", system], swiftSettings: swift),
    .target(
      name: "Manifest", dependencies: ["FileSystem", "JSON", "Threading", system],
      swiftSettings: swift),
    .target(
      name: "Service",
      dependencies: [
        "CLinux", "Classification", "Digest", "FileSystem", "Imaging", "Inbox", "Manifest",
        "NeuralNetwork", "Threading", "YAML", system, logging,
      ],
      swiftSettings: swift),

    // The programs.
    .target(
      name: "DaemonCommand",
      dependencies: [
        "FileSystem", "NeuralNetwork", "Service", "Threading", arguments, logging, system,
      ],
      swiftSettings: swift),
    .executableTarget(name: "hangtagd", dependencies: ["DaemonCommand"], swiftSettings: swift),
    .executableTarget(
      name: "hangtag",
      dependencies: [
        "Classification", "DaemonCommand", "Digest", "FileSystem", "Imaging", "Inbox", "Manifest",
        "NeuralNetwork", "Service", "Threading", "Training", arguments, system,
      ],
      swiftSettings: swift),

    // For tests, demonstration and benchmarks: photos made by program, and our side of a race.
    .target(
      name: "CImageWriters", cSettings: c,
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16"), .linkedLibrary("z")]),
    .target(
      name: "SamplePhotos", dependencies: ["CImageWriters", "Imaging"], swiftSettings: optimized),
    .executableTarget(
      name: "hangtag-demo",
      dependencies: [
        "Classification", "FileSystem", "Inbox", "Manifest", "SamplePhotos", "Training", arguments,
        system,
      ],
      swiftSettings: swift),

    .target(
      name: "CFloor", dependencies: ["CDigest"], path: "bench/floor", cSettings: c,
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16")]),
    .executableTarget(
      name: "hangtag-bench",
      dependencies: [
        "CFloor", "Classification", "FileSystem", "Imaging", "NeuralNetwork", "SamplePhotos",
        "Threading", "Training", arguments, system,
      ],
      swiftSettings: swift),

    // Tests.
    .target(
      name: "TestSupport", dependencies: [system], path: "Tests/TestSupport",
      swiftSettings: swift),
    tests("CKernelsTests", ["CKernels", "NeuralNetwork"]),
    tests("ClassificationTests", ["Classification", "Imaging", "NeuralNetwork", "Threading"]),
    tests("DigestTests", ["CDigest", "Digest"]),
    tests("EndToEndTests", ["FileSystem", "SamplePhotos", "hangtagd", system]),
    tests("FileSystemTests", ["CLinux", "FileSystem", system]),
    tests("HangtagToolTests", ["NeuralNetwork", "SamplePhotos", "hangtag", "hangtagd"]),
    tests("ImagingTests", ["Imaging", "SamplePhotos"]),
    tests("InboxTests", ["FileSystem", "Inbox", "Threading", system]),
    tests("JSONTests", ["JSON"]),
    tests("ManifestTests", ["FileSystem", "Manifest", "Threading", system]),
    tests("NeuralNetworkTests", ["CKernels", "NeuralNetwork", "Threading"]),
    tests("SamplePhotosTests", ["Imaging", "SamplePhotos"]),
    tests(
      "ServiceTests",
      [
        "Classification", "FileSystem", "Imaging", "Inbox", "Manifest", "NeuralNetwork",
        "SamplePhotos", "Service", "Threading", logging, system,
      ]),
    tests("ThreadingTests", ["Threading"]),
    tests(
      "TrainingTests", ["Digest", "FileSystem", "Imaging", "NeuralNetwork", "Training", system]),
    tests("YAMLTests", ["YAML"]),
  ],
  cLanguageStandard: .gnu17
)

// The fuzzers need a compiler with libFuzzer, which brings their `main`.
if isSanitized {
  package.targets += [
    .target(
      name: "FuzzSupport", dependencies: ["FileSystem", system], path: "Tests/fuzz/FuzzSupport",
      swiftSettings: swift),
    fuzzer("pictures", ["CZlib", "Imaging", "SamplePhotos"]),
    fuzzer("manifests", ["FileSystem", "Manifest", system]),
    fuzzer("models", ["Classification", "Imaging", "NeuralNetwork"]),
    fuzzer("files", ["Service", "Training", "YAML", system]),
  ]
}

/// A program of several targets for libFuzzer, under Tests/fuzz/.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "fuzz-\(name)", dependencies: dependencies + ["FuzzSupport"],
    path: "Tests/fuzz/\(name)", swiftSettings: swift)
}

/// A test target under Tests/, with the helpers that all tests share.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: swift)
}
