using Vitrina.Engine;
using Vitrina.Engine.Experiments;

namespace Vitrina.Api.Experiments;

/// <summary>The rows of an experiment, out of the journal, in the form that its analysis reads.</summary>
public static class ExperimentData
{
    /// <summary>Writes units (A/B), cells (switchback) or pages (interleaving) as CSV.</summary>
    /// <param name="experiment">An experiment that was started.</param>
    /// <param name="runtime">The engine that has it.</param>
    /// <param name="csv">Receives the rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static void Write(Experiment experiment, EngineRuntime runtime, TextWriter csv, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(runtime);
        var history = ExperimentHistory.Of(runtime, experiment.Declaration.Vertical);
        switch (experiment.Declaration.Kind)
        {
            case ExperimentKind.Ab:
                ExposureTable.Read(experiment, history, cancellationToken).WriteCsv(csv);
                break;
            case ExperimentKind.Interleaving:
                DraftCredits.Read(experiment, history, cancellationToken).WriteCsv(csv);
                break;
            default:
                MarketCells.Read(experiment, history, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken).WriteCsv(csv);
                break;
        }
    }
}
