using System.Globalization;
using System.Text.Json;

namespace Vitrina.Engine.Models.Trees.Importing;

/// <summary>Reads XGBoost's JSON models (<c>Booster.save_model("model.json")</c>), 1.x to 3.x: gbtree and dart with one value per row.</summary>
/// <remarks>
/// XGBoost compares 32-bit floats with "less than". Each threshold becomes the largest double that still rounds to a float below it, so that
/// rows of doubles are split as XGBoost splits them after rounding. Covers are sums of hessians: contributions are those of
/// <c>predict(pred_contribs=True)</c>.
/// </remarks>
public static class XgboostFile
{
    /// <summary>Reads a model.</summary>
    /// <exception cref="ForeignModelException">The file is not such a model, is damaged, or says what cannot be scored.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ForeignModel Read(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (IsUbjson(bytes))
            {
                throw new ForeignModelException(path, "this is XGBoost's binary form (UBJSON); save the model under a name that ends in .json");
            }

            using JsonDocument document = JsonDocument.Parse(QuoteNamedNumbers(bytes));
            return ModelOf(path, document.RootElement);
        }
        catch (JsonException error)
        {
            throw new ForeignModelException(path, $"not an XGBoost JSON model: {error.Message}", error.LineNumber is { } line ? (int)line + 1 : null);
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ForeignModelException(path, $"not an XGBoost JSON model, or damaged: {error.Message}");
        }
    }

    // An object of UBJSON goes on with the type of a key's length, or of its values, where JSON has a quotation mark.
    private static bool IsUbjson(ReadOnlySpan<byte> bytes) => bytes.Length > 1 && bytes[0] == '{' && "iUIlL$#"u8.Contains(bytes[1]);

    private static ForeignModel ModelOf(string path, JsonElement root)
    {
        JsonElement learner = Property(root, "learner");
        JsonElement parameters = Property(learner, "learner_model_param");
        if (Integer(parameters, "num_class", 0) > 1 || Integer(parameters, "num_target", 1) > 1)
        {
            throw new ForeignModelException(path, "a model of several classes or targets gives several values per row; a ranking needs one");
        }

        string objective = Property(Property(learner, "objective"), "name").GetString() ?? "";
        ScoreLink link = LinkOf(path, objective);
        (JsonElement model, double[]? weights) = BoosterOf(path, Property(learner, "gradient_booster"));
        JsonElement trees = Property(model, "trees");
        int features = Integer(parameters, "num_feature", 0);
        TreeEnsemble ensemble = new()
        {
            Inputs = InputsOf(path, learner, features),
            Trees = [.. trees.EnumerateArray().Select((tree, t) => TreeOf(path, t, tree, weights?[t] ?? 1))],
            BaseScore = MarginOf(path, objective, Property(parameters, "base_score")),
            Link = link,
        };
        TreeChecks.Require(ensemble);
        return new ForeignModel("xgboost", objective, ensemble);
    }

    private static (JsonElement Model, double[]? Weights) BoosterOf(string path, JsonElement booster)
    {
        string name = Property(booster, "name").GetString() ?? "";
        switch (name)
        {
            case "gbtree":
                return (Property(booster, "model"), null);
            case "dart":
                JsonElement model = Property(Property(booster, "gbtree"), "model");
                double[] weights = Numbers(Property(booster, "weight_drop"));
                return weights.Length == Property(model, "trees").GetArrayLength()
                    ? (model, weights)
                    : throw new ForeignModelException(path, $"{weights.Length} weights for {Property(model, "trees").GetArrayLength()} trees");
            default:
                throw new ForeignModelException(path, $"the booster '{name}' has no trees; train with booster=gbtree or dart");
        }
    }

    private static ModelInput[] InputsOf(string path, JsonElement learner, int features)
    {
        string[] names = learner.TryGetProperty("feature_names", out JsonElement given)
            ? [.. given.EnumerateArray().Select(name => name.GetString() ?? "")]
            : [];
        if (names.Length == 0)
        {
            names = [.. Enumerable.Range(0, features).Select(f => string.Create(CultureInfo.InvariantCulture, $"f{f}"))];
        }

        return features == 0 || names.Length == features
            ? [.. names.Select(name => new ModelInput(name))]
            : throw new ForeignModelException(path, $"{names.Length} names for {features} features");
    }

    private static ScoreLink LinkOf(string path, string objective) => objective switch
    {
        "binary:logistic" or "reg:logistic" => ScoreLink.Logistic,
        "count:poisson" or "reg:gamma" or "reg:tweedie" or "survival:cox" or "survival:aft" => ScoreLink.Exponential,
        "binary:hinge" => new ScoreLink(LinkFunction.Step),
        "binary:logitraw" or "rank:ndcg" or "rank:pairwise" or "rank:map" or "reg:squarederror" or "reg:linear" or "reg:squaredlogerror"
            or "reg:pseudohubererror" or "reg:absoluteerror" or "reg:quantileerror" => ScoreLink.Identity,
        _ => throw new ForeignModelException(path, $"the objective '{objective}' is not known here"),
    };

    /// <summary>The base score is stored on the scale of predictions; trees add to the margin.</summary>
    private static double MarginOf(string path, string objective, JsonElement element)
    {
        // A string until 3.0, a string of a list of one since.
        string text = (element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText()).Trim('[', ']', ' ', '"');
        if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float score) || !float.IsFinite(score))
        {
            throw new ForeignModelException(path, $"the base score '{text}' is not one number");
        }

        double margin = objective switch
        {
            "binary:logistic" or "reg:logistic" => -Math.Log((1.0 / score) - 1),
            "count:poisson" or "reg:gamma" or "reg:tweedie" or "survival:cox" or "survival:aft" => Math.Log(score),
            _ => score,
        };
        return double.IsFinite(margin) ? margin : throw new ForeignModelException(path, $"the base score {text} is outside the range of '{objective}'");
    }

    private static DecisionTree TreeOf(string path, int index, JsonElement element, double weight)
    {
        try
        {
            return new XgboostTree(element, weight).Convert();
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ForeignModelException(path, $"tree {index}: {error.Message}");
        }
    }

    internal static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            ? value
            : throw new KeyNotFoundException($"there is no '{name}'");

    internal static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => (double)Single(value))];

    internal static float Single(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? float.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : value.GetSingle();

    /// <summary>XGBoost writes NaN and Infinity bare, which is not JSON; quoted, they are.</summary>
    private static ReadOnlyMemory<byte> QuoteNamedNumbers(byte[] json)
    {
        if (json.AsSpan().IndexOf("NaN"u8) < 0 && json.AsSpan().IndexOf("Infinity"u8) < 0)
        {
            return json;
        }

        MemoryStream quoted = new(json.Length + 1024);
        bool isInString = false;
        for (int i = 0; i < json.Length; i++)
        {
            ReadOnlySpan<byte> rest = json.AsSpan(i);
            int name = isInString ? 0 : rest.StartsWith("NaN"u8) ? 3 : rest.StartsWith("Infinity"u8) ? 8 : rest.StartsWith("-Infinity"u8) ? 9 : 0;
            if (name > 0)
            {
                quoted.WriteByte((byte)'"');
                quoted.Write(rest[..name]);
                quoted.WriteByte((byte)'"');
                i += name - 1;
                continue;
            }

            quoted.WriteByte(json[i]);
            if (isInString && json[i] == '\\' && i + 1 < json.Length)
            {
                quoted.WriteByte(json[++i]);
            }
            else if (json[i] == '"')
            {
                isInString = !isInString;
            }
        }

        return quoted.GetBuffer().AsMemory(0, (int)quoted.Length);
    }

    // Whole numbers stand as text in parameters.
    private static int Integer(JsonElement parameters, string name, int otherwise) => !parameters.TryGetProperty(name, out JsonElement value) ? otherwise
        : value.ValueKind == JsonValueKind.String ? int.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetInt32();
}
