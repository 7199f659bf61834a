// Stages walk trees by recursion, and a tree may be as deep as the parser allows; the main thread's 8 MiB are less than that
// takes without optimisation. So they run on a thread with a stack that is large enough for every script within the limits.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

enum DeepStack {
  /// Address space only: pages are used as the stack grows.
  static let bytes = 512 << 20

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// What `body` gives, run to its end on a deep stack while the caller waits.
  static func run<Result>(_ body: () -> Result) -> Result {
    var result: Result?
    withoutActuallyEscaping(body) { body in
      let work = Work { result = body() }
      start(work)
    }
    guard let result else { preconditionFailure("bug of Souk's: a thread ended without a result") }
    return result
  }

  private static func start(_ work: Work) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, bytes)
    var thread = pthread_t()
    let created = unsafe pthread_create(&thread, &attributes, { context in
      if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body() }
      return nil
    }, Unmanaged.passUnretained(work).toOpaque())
    // Without address space for the stack it has to do with the one there is.
    guard created == 0 else { return work.body() }
    pthread_join(thread, nil)
  }
}
