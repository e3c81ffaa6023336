using System.Globalization;

namespace Vitrina.Engine.Models.Trees.Importing;

/// <summary>Reads LightGBM's text models (<c>Booster.save_model</c>), versions 2 to 4 of the format.</summary>
/// <remarks>
/// One value per row: a model of several classes, and linear trees, are refused with a word. Shrinkage is part of the leaf values already.
/// Covers are LightGBM's row counts: contributions are those of its <c>predict(pred_contrib=True)</c>.
/// </remarks>
public static class LightGbmFile
{
    private const string TreeWord = "Tree=";
    private const string EndWord = "end of trees";

    /// <summary>Reads a model.</summary>
    /// <exception cref="ForeignModelException">The file is not such a model, is damaged, or says what cannot be scored; names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ForeignModel Read(string path)
    {
        using StreamReader reader = new(path);
        LightGbmLines lines = new(path, reader);
        LightGbmSection header = lines.ReadSection() is { Title: "tree" } first
            ? first
            : throw lines.Mistake("not a LightGBM text model: the first line is not 'tree'");
        string[] names = NamesOf(header);
        string objective = header.Text("objective") ?? "none";
        ScoreLink link = LinkOf(header, objective);
        List<DecisionTree> trees = [];
        while (true)
        {
            LightGbmSection section = lines.ReadSection() ?? throw lines.Mistake($"ends before '{EndWord}': the file is cut short");
            if (section.Title == EndWord)
            {
                break;
            }

            if (section.Title != $"{TreeWord}{trees.Count.ToString(CultureInfo.InvariantCulture)}")
            {
                throw section.Mistake($"'{section.Title}' stands where tree {trees.Count} is due");
            }

            trees.Add(TreeOf(section));
        }

        RequireCount(header, trees.Count);
        TreeEnsemble ensemble = new()
        {
            Inputs = [.. names.Select(name => new ModelInput(name))],
            Trees = header.Has("average_output") ? Averaged(trees) : trees,
            Link = link,
        };
        try
        {
            TreeChecks.Require(ensemble);
        }
        catch (ArgumentException error)
        {
            throw new ForeignModelException(path, error.Message);
        }

        return new ForeignModel("lightgbm", objective.Split(' ')[0], ensemble);
    }

    private static string[] NamesOf(LightGbmSection header)
    {
        if (header.Integer("num_tree_per_iteration", 1) != 1 || header.Integer("num_class", 1) != 1)
        {
            throw header.Mistake("a model of several classes gives several values per row; a ranking needs one: train it with one class", "num_tree_per_iteration");
        }

        string[] names = (header.Text("feature_names") ?? throw header.Mistake("there is no 'feature_names'"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int last = header.Integer("max_feature_idx", names.Length - 1);
        return names.Length == last + 1 ? names : throw header.Mistake($"{names.Length} names for {last + 1} features", "feature_names");
    }

    private static ScoreLink LinkOf(LightGbmSection header, string objective)
    {
        string[] words = objective.Split(' ');
        switch (words[0])
        {
            case "binary":
                string sigmoid = Array.Find(words, word => word.StartsWith("sigmoid:", StringComparison.Ordinal))?["sigmoid:".Length..] ?? "1";
                return double.TryParse(sigmoid, CultureInfo.InvariantCulture, out double scale) && scale > 0
                    ? new ScoreLink(LinkFunction.Logistic, scale)
                    : throw header.Mistake($"sigmoid '{sigmoid}' is not a positive number", "objective");
            case "cross_entropy":
                return ScoreLink.Logistic;
            case "cross_entropy_lambda":
                return new ScoreLink(LinkFunction.SoftPlus);
            case "poisson" or "gamma" or "tweedie":
                return ScoreLink.Exponential;
            case "regression" or "regression_l1" or "huber" or "fair" or "quantile" or "mape":
                return words.Contains("sqrt") ? new ScoreLink(LinkFunction.SignedSquare) : ScoreLink.Identity;
            case "lambdarank" or "rank_xendcg" or "none" or "custom":
                return ScoreLink.Identity;
            default:
                throw header.Mistake($"the objective '{words[0]}' is not known here", "objective");
        }
    }

    private static void RequireCount(LightGbmSection header, int count)
    {
        int stated = header.Text("tree_sizes")?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length ?? count;
        if (stated != count)
        {
            throw header.Mistake($"{stated} trees are announced, {count} are there", "tree_sizes");
        }
    }

    private static DecisionTree TreeOf(LightGbmSection section)
    {
        int leaves = section.Integer("num_leaves", 0);
        if (leaves < 1)
        {
            throw section.Mistake("a tree needs 'num_leaves' of 1 or more");
        }

        if (section.Integer("is_linear", 0) != 0)
        {
            throw section.Mistake("linear trees (linear_tree=true) cannot be scored here; train with constant leaves", "is_linear");
        }

        int splits = leaves - 1;
        int[] types = section.Integers("decision_type", splits);
        return new DecisionTree
        {
            Input = section.Integers("split_feature", splits),
            Threshold = section.Doubles("threshold", splits),
            Rules = Array.ConvertAll(types, type => RulesOf(section, type)),
            Left = section.Integers("left_child", splits),
            Right = section.Integers("right_child", splits),
            SplitCover = section.Has("internal_count") ? section.Doubles("internal_count", splits) : new double[splits],
            LeafValue = section.Doubles("leaf_value", leaves),
            LeafCover = splits > 0 && section.Has("leaf_count") ? section.Doubles("leaf_count", leaves) : new double[leaves],
            CategorySets = SetsOf(section),
        };
    }

    /// <summary>Bit 0: categories; bit 1: default left; bits 2 and 3: what is missing (LightGBM's tree.h).</summary>
    private static SplitRules RulesOf(LightGbmSection section, int type)
    {
        if ((type & 1) != 0)
        {
            // LightGBM sends missing and unknown categories to the right, whatever the other bits say.
            return SplitRules.Category;
        }

        SplitRules side = (type & 2) != 0 ? SplitRules.MissingLeft : SplitRules.None;
        return (type >> 2) switch
        {
            0 => SplitRules.MissingIsZero,
            1 => SplitRules.ZeroIsMissing | side,
            2 => side,
            _ => throw section.Mistake($"the decision type {type} is not known", "decision_type"),
        };
    }

    private static uint[][] SetsOf(LightGbmSection section)
    {
        int count = section.Integer("num_cat", 0);
        if (count == 0)
        {
            return [];
        }

        int[] bounds = section.Integers("cat_boundaries", count + 1);
        double[] words = section.Doubles("cat_threshold", null);
        uint[][] sets = new uint[count][];
        for (int s = 0; s < count; s++)
        {
            if (bounds[s] < 0 || bounds[s + 1] < bounds[s] || bounds[s + 1] > words.Length)
            {
                throw section.Mistake($"set {s} of categories lies outside 'cat_threshold'", "cat_boundaries");
            }

            sets[s] = Array.ConvertAll(words[bounds[s]..bounds[s + 1]], word => word is >= 0 and <= uint.MaxValue && word == Math.Floor(word)
                ? (uint)word
                : throw section.Mistake($"'{word}' is not a word of 32 categories", "cat_threshold"));
        }

        return sets;
    }

    /// <summary>Random forests (boosting=rf) answer the mean over their trees.</summary>
    private static List<DecisionTree> Averaged(List<DecisionTree> trees) =>
        trees.ConvertAll(tree => tree with { LeafValue = Array.ConvertAll(tree.LeafValue, value => value / trees.Count) });
}
