#pragma warning disable
namespace Vitrina.Engine;
public sealed partial class EngineRuntime { public object Status() => new { }; }
