using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Learning.Backtesting;

/// <summary>Which version of each model serves, for readers beside the serving process.</summary>
public static class ServingVersions
{
    /// <summary>The serving versions by model: by the journal; by the manifest's stage where retention took the entry.</summary>
    public static IReadOnlyDictionary<string, string> Of(IJournalStore journal, ModelFolder models, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(models);
        var serving = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var manifest in models.List().Where(manifest => manifest.Stage == ModelStage.Serving))
        {
            serving[manifest.Name] = manifest.Version;
        }

        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == EntryKind.ModelPublished)
            {
                var published = ControlEntry.Read(entry.Payload.Span);
                serving[published.Subject] = published.Value;
            }
        }

        return serving;
    }
}
