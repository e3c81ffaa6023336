using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api;

/// <summary>What documents are checked against, renewed when a vertical's file was reloaded.</summary>
internal sealed class ServedVerticals(EngineRuntime runtime)
{
    /// <summary>The checks that go with one set of verticals.</summary>
    /// <param name="Compiled">The verticals.</param>
    /// <param name="Documents">Their schemas.</param>
    /// <param name="Validator">Whether an event may be accepted.</param>
    public sealed record Checks(IReadOnlyList<CompiledVertical> Compiled, DocumentVerticals Documents, EventValidator Validator);

    private Checks? _checks;

    public Checks Now
    {
        get
        {
            var snapshot = runtime.Snapshot;
            if (Volatile.Read(ref _checks) is { } known && IsOf(known, snapshot))
            {
                return known;
            }

            var compiled = snapshot.Verticals.Values.Select(vertical => vertical.Vertical).ToList();
            var documents = new DocumentVerticals(compiled.Select(vertical => vertical.Declaration));
            var options = new EventValidatorOptions { FutureToleranceMinutes = runtime.Options.FutureToleranceMinutes, RetentionDays = runtime.Options.RetentionDays };
            var checks = new Checks(compiled, documents, new EventValidator(documents, runtime.Availability.VerticalOf, runtime.Signer, options));
            Volatile.Write(ref _checks, checks);
            return checks;
        }
    }

    private static bool IsOf(Checks checks, Snapshot snapshot)
    {
        if (checks.Compiled.Count != snapshot.Verticals.Count)
        {
            return false;
        }

        foreach (var vertical in checks.Compiled)
        {
            if (!snapshot.Verticals.TryGetValue(vertical.Name, out var present) || !ReferenceEquals(present.Vertical, vertical))
            {
                return false;
            }
        }

        return true;
    }
}
