using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Models.Trees;
using Vitrina.Engine.Models.Trees.Importing;
using Vitrina.Learning.Replay;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina models import</c>: a model of LightGBM or XGBoost becomes a version of the registry.</summary>
internal static class ModelImportCommand
{
    public static Command Create()
    {
        var lightGbm = new Option<string?>("--lightgbm") { Description = "A text model of LightGBM (Booster.save_model)." };
        var xgboost = new Option<string?>("--xgboost") { Description = "A JSON model of XGBoost (Booster.save_model with a name ending in .json)." };
        var name = new Option<string?>("--name") { Description = "Name of the model; without it: vertical-surface." };
        var vertical = new Option<string>("--vertical") { Description = "The vertical that it ranks.", DefaultValueFactory = _ => "goods" };
        var surface = new Option<string>("--surface") { Description = "The surface that it ranks.", DefaultValueFactory = _ => "search" };
        var label = new Option<string>("--label") { Description = "The event that was the label.", DefaultValueFactory = _ => "click" };
        label.AcceptOnlyFromAmong([.. EventTypes.All]);
        var features = new Option<string?>("--features") { Description = "Lines of: the model's feature, a tab, the vertical's feature; or =NUMBER, which holds it at that value when serving." };
        var trainedUntil = new Option<string?>("--trained-until") { Description = "The day on which its training data end, as 2026-12-01: gates judge it on later lists. Absent: --judged-days before the last list that was acted on." };
        var judgedDays = new Option<int>("--judged-days") { Description = "Days of the latest lists on which gates judge it, where --trained-until is absent.", DefaultValueFactory = _ => 7 };
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("import", "Bring in a model that was trained elsewhere. Example: vitrina models import --lightgbm model.txt --name goods-search-lgbm")
        {
            lightGbm, xgboost, name, vertical, surface, label, features, trainedUntil, judgedDays, data, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var (light, boost) = (parsed.GetValue(lightGbm), parsed.GetValue(xgboost));
            if (light is null == boost is null)
            {
                throw new UsageException("give one model: --lightgbm FILE or --xgboost FILE");
            }

            var path = (light ?? boost)!;
            if (!File.Exists(path))
            {
                throw new UsageException($"there is no file '{path}'");
            }

            var target = new ModelTarget(
                parsed.GetValue(name) ?? $"{parsed.GetValue(vertical)}-{parsed.GetValue(surface)}", parsed.GetValue(vertical)!, parsed.GetValue(surface)!, parsed.GetValue(label)!)
            {
                TrainedUntil = parsed.GetValue(trainedUntil) is { } day ? DayOf(day) : null,
                JudgedDays = parsed.GetValue(judgedDays) is >= 1 and <= 1000 and var days ? days : throw new UsageException("--judged-days must be from 1 to 1000"),
            };
            var mapping = parsed.GetValue(features) is { } file ? FeatureMapping.Read(file) : null;
            var directory = new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!));
            return Task.FromResult(Import(light is null ? XgboostFile.Read(path) : LightGbmFile.Read(path), path, target, mapping, directory, new Terminal(parsed.GetValue(json)), cancellation));
        });
        return command;
    }

    private static DateTimeOffset DayOf(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        : throw new UsageException($"--trained-until {text}: a day such as 2026-12-01");

    private static int Import(ForeignModel foreign, string path, ModelTarget target, FeatureMapping? mapping, DataDirectory data, Terminal terminal, CancellationToken cancellationToken)
    {
        var model = new TreeModel(mapping is null ? foreign.Ensemble : mapping.Apply(foreign.Ensemble));
        data.Create();
        var vertical = EngineAccess.Verticals(data).FirstOrDefault(vertical => vertical.Name == target.Vertical);
        if (vertical is null || !vertical.Surfaces.ContainsKey(target.Surface))
        {
            throw new UsageException($"there is no vertical '{target.Vertical}' with a surface '{target.Surface}' in '{data.Root}'");
        }

        var manifest = ManifestOf(foreign, model, path, target, vertical);
        var registry = new ModelFolder(data.Models);
        var known = registry.List().FirstOrDefault(known => known.Id == manifest.Id);
        manifest = known ?? Save(registry, manifest, model, target.TrainedUntil ?? JudgedFrom(data, vertical, target, cancellationToken));
        var isNew = known is null;

        var missing = MissingOf(model, vertical.FeatureNamesOf(target.Surface));
        var document = new JsonObject
        {
            ["model"] = manifest.Id,
            ["new"] = isNew,
            ["tool"] = foreign.Tool,
            ["objective"] = foreign.Objective,
            ["trees"] = model.Ensemble.Trees.Count,
            ["features"] = model.Inputs.Count,
            ["judgedFrom"] = manifest.Data.To,
            ["notProvided"] = new JsonArray([.. missing.Select(feature => (JsonNode)feature.Name)]),
        };
        terminal.Result(document, () => Tell(manifest, model, missing, isNew, vertical.Surfaces[target.Surface].Declaration.Score.Model));
        return 0;
    }

    private static ModelManifest Save(ModelFolder registry, ModelManifest manifest, TreeModel model, DateTimeOffset? trainedUntil)
    {
        // Of a foreign model's data only their end can be known.
        var whole = trainedUntil is { } end ? manifest with { Data = new ManifestDataRange(end, end, 0) } : manifest;
        try
        {
            registry.Save(whole, model);
            return whole;
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"--name: {error.Message}");
        }
    }

    // Where nobody says what a model has seen, it is judged on the latest lists; null where there are none.
    private static DateTimeOffset? JudgedFrom(DataDirectory data, CompiledVertical vertical, ModelTarget target, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(data.Journal))
        {
            return null;
        }

        using var journal = EngineAccess.OpenJournal(data);
        var times = JournalSurvey.Of(journal, vertical.Name, target.Surface, cancellationToken).TimesActedOn();
        return times.Length == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(times[^1]).AddDays(-target.JudgedDays);
    }

    private static void Tell(ModelManifest manifest, TreeModel model, IReadOnlyList<MissingFeature> missing, bool isNew, string? served)
    {
        Console.Out.WriteLine($"{manifest.Id}: {model.Ensemble.Trees.Count} trees over {model.Inputs.Count} features{(isNew ? "" : "; it was imported before, nothing changed")}");
        if (missing.Count == 0)
        {
            Console.Out.WriteLine(served == manifest.Name
                ? $"Serve it with: vitrina models publish {manifest.Id}; gates judge it on lists since {manifest.Data.To:yyyy-MM-dd HH:mm}"
                : $"{manifest.Vertical}/{manifest.Surface} scores with {(served is null ? "no model" : $"the model '{served}'")}: to serve, give that name, or declare 'model: {manifest.Name}' in the vertical");
            return;
        }

        Console.Out.WriteLine($"{manifest.Vertical} does not provide {missing.Count} of them, so this version predicts but cannot serve; map them with --features:");
        foreach (var feature in missing)
        {
            Console.Out.WriteLine($"  {feature.Name}{(feature.Nearest.Count == 0 ? "" : $" (nearest: {string.Join(", ", feature.Nearest)})")}");
        }
    }

    private static ModelManifest ManifestOf(ForeignModel foreign, TreeModel model, string path, ModelTarget target, CompiledVertical vertical)
    {
        // The same model, mapping included, has the same version.
        var bytes = File.ReadAllBytes(path).Concat(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', model.Inputs))).ToArray();
        var version = $"{foreign.Tool}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]}";
        var madeAt = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        return new ModelManifest
        {
            Id = $"{target.Name}/{version}",
            Name = target.Name,
            Version = version,
            Vertical = target.Vertical,
            Surface = target.Surface,
            Kind = model.Kind,
            Features = [.. model.Inputs.Select(input => new ManifestFeature(
                input.Name,
                vertical.Surfaces[target.Surface].Features.FirstOrDefault(feature => feature.Name == input.Name)?.Origin == FeatureOrigin.Recorded ? "recorded" : "replayed",
                "each split says where a missing value goes"))],
            Objective = model.Ensemble.Link == ScoreLink.Logistic ? "logistic" : foreign.Objective,
            Label = target.Label,
            Data = new ManifestDataRange(madeAt, madeAt, 0),
            CreatedAt = madeAt,
            CodeVersion = foreign.Tool,
            Stage = ModelStage.Candidate,
        };
    }

    private static IReadOnlyList<MissingFeature> MissingOf(TreeModel model, IReadOnlyList<string> provided)
    {
        try
        {
            model.ColumnsIn(provided);
            return [];
        }
        catch (ModelMismatchException mismatch)
        {
            return mismatch.Missing;
        }
    }
}

/// <summary>What an imported model is to be.</summary>
internal sealed record ModelTarget(string Name, string Vertical, string Surface, string Label)
{
    /// <summary>The end of its training data; null = not told.</summary>
    public DateTimeOffset? TrainedUntil { get; init; }

    /// <summary>Days of the latest lists that judge it where that end was not told.</summary>
    public required int JudgedDays { get; init; }
}

/// <summary>The vertical's features, or fixed values, by a foreign model's names.</summary>
internal sealed class FeatureMapping
{
    private readonly string _path;
    private readonly Dictionary<string, ModelInput> _inputs = new(StringComparer.Ordinal);

    private FeatureMapping(string path) => _path = path;

    /// <summary>Reads the lines of a mapping; blank lines and lines from # on are comments.</summary>
    /// <exception cref="UsageException">The file is absent or a line is not a pair; names the line.</exception>
    public static FeatureMapping Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"there is no file '{path}'");
        }

        var mapping = new FeatureMapping(path);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            if (line.Split('\t') is not [var from, var to] || to.Length == 0)
            {
                throw new UsageException($"{path}:{number}: a line is the model's feature, a tab, and the vertical's feature or =NUMBER");
            }

            float? value = null;
            if (to.StartsWith('='))
            {
                value = float.TryParse(to.AsSpan(1), CultureInfo.InvariantCulture, out var held) && float.IsFinite(held)
                    ? held
                    : throw new UsageException($"{path}:{number}: '{to}' is not = and a number");
            }

            if (!mapping._inputs.TryAdd(from, new ModelInput(value is null ? to : from, value)))
            {
                throw new UsageException($"{path}:{number}: '{from}' is mapped twice");
            }
        }

        return mapping;
    }

    /// <summary>The same trees over the mapped inputs; names that the mapping does not know stay.</summary>
    /// <exception cref="UsageException">The mapping names a feature that the model does not have, or two features become one.</exception>
    public TreeEnsemble Apply(TreeEnsemble ensemble)
    {
        if (_inputs.Keys.FirstOrDefault(name => ensemble.Inputs.All(input => input.Name != name)) is { } unknown)
        {
            throw new UsageException($"{_path}: the model has no feature '{unknown}'; it has {string.Join(", ", ensemble.Inputs.Select(input => input.Name))}");
        }

        ModelInput[] inputs = [.. ensemble.Inputs.Select(input => _inputs.GetValueOrDefault(input.Name, input))];
        return inputs.GroupBy(input => input.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UsageException($"{_path}: two features of the model become '{twice.Key}'")
            : ensemble with { Inputs = inputs };
    }
}
