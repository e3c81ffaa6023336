using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning.Replay;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Learning;

/// <summary>What one run of the loop made.</summary>
/// <param name="Encoder">The encoder.</param>
/// <param name="Manifest">What it is, where it came from and how good it was.</param>
/// <param name="Report">How training went; null when it learned from texts.</param>
/// <param name="LaterMrr">Mean reciprocal rank of the right item for events that were not learned from, among their items; NaN when there are none.</param>
public sealed record EncoderOutcome(DssmEncoder Encoder, ModelManifest Manifest, DssmTrainingReport? Report, double LaterMrr);

/// <summary>From the journal to an encoder: what people did after which query → pairs by time → towers → judged on later events; or the items' texts alone → <see cref="LatentTrainer"/> → judged on all events.</summary>
/// <remarks>Deterministic, as <see cref="LearningLoop"/> is. An item's text is the one that the engine encodes, as of the end of the journal.</remarks>
public static class EncoderLoop
{
    /// <summary>Learns an encoder.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="options">What is learned.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="NothingToLearnException">Nobody did the target after a query of the surface, or no item has a text.</exception>
    public static EncoderOutcome Run(
        IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, EncoderOptions options, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(options);
        var vertical = verticals.First(known => known.Name == options.Vertical);
        var pairs = QueryPairs.Of(journal, verticals, vertical, options, cancellationToken);
        var trainer = options.Trainer with { Shape = options.Trainer.Shape with { Languages = vertical.Declaration.Languages } };
        if (options.FromTexts)
        {
            var latent = LatentTrainer.Train(pairs.WholeTexts, trainer.Shape, trainer.Seed, cancellationToken: cancellationToken);
            var mrr = MrrOf(latent, pairs, 0, trainer);
            progress?.Report(1);
            return new EncoderOutcome(latent, ManifestOf(options, pairs, 0, new Dictionary<string, double> { ["items"] = pairs.WholeTexts.Count, ["mrr_later"] = mrr }), null, mrr);
        }

        if (pairs.Count < 10)
        {
            throw new NothingToLearnException(
                $"the journal holds {pairs.Count} events '{EventTypes.NameOf(options.Target)}' after a query of {options.Vertical}/{options.Surface}; at least 10 are needed");
        }

        var learned = Math.Max(1, (int)(options.TrainShare * pairs.Count));
        var (encoder, report) = DssmTrainer.Train(pairs.Examples(0, learned), trainer, progress, cancellationToken);
        var laterMrr = MrrOf(encoder, pairs, learned, trainer);
        var metrics = new Dictionary<string, double> { ["examples"] = report.Examples, ["mrr_first"] = report.FirstMrr, ["mrr_later"] = laterMrr };
        if (report.BestEpoch > 0)
        {
            metrics["mrr_validation"] = report.Epochs[report.BestEpoch - 1].ValidationMrr;
        }

        return new EncoderOutcome(encoder, ManifestOf(options, pairs, learned, metrics), report, laterMrr);
    }

    private static double MrrOf(DssmEncoder encoder, QueryPairs pairs, int from, DssmTrainerOptions trainer)
    {
        var later = DssmExampleSet.Of(pairs.Examples(from, pairs.Count), trainer with { ValidationShare = 1 });
        return later.Validation.Length == 0 ? double.NaN : new DssmNeighbours(later, encoder, trainer.Seed).MeanReciprocalRank();
    }

    private static ModelManifest ManifestOf(EncoderOptions options, QueryPairs pairs, int learned, Dictionary<string, double> metrics)
    {
        var label = options.FromTexts ? "texts" : EventTypes.NameOf(options.Target);
        var name = options.Name ?? $"{options.Vertical}-{options.Surface}-{label}".ToLowerInvariant();
        var to = DateTimeOffset.FromUnixTimeMilliseconds((learned == 0 ? pairs.AsOfMs : pairs.TimeOf(learned - 1)) + 1);
        var version = $"{to:yyyyMMdd'T'HHmmss}-{pairs.AsOf}-{options.Trainer.Seed}".ToLowerInvariant();
        return new ModelManifest
        {
            Id = $"{name}/{version}",
            Name = name,
            Version = version,
            Vertical = options.Vertical,
            Surface = options.Surface,
            Kind = ModelFolder.EncoderKind,
            Features = [],
            Objective = options.FromTexts ? "latent" : "softmax",
            Label = label,
            Data = new ManifestDataRange(learned == 0 ? to : DateTimeOffset.FromUnixTimeMilliseconds(pairs.TimeOf(0)), to, pairs.AsOf),
            Metrics = metrics,
            Seed = options.Trainer.Seed,
            CreatedAt = to,
            CodeVersion = typeof(EncoderLoop).Assembly.GetName().Version?.ToString(3) ?? "0",
            Stage = ModelStage.Candidate,
        };
    }
}
