using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine.Models.Trees;
using Vitrina.Engine.Models.Trees.Importing;

namespace Vitrina.Tests.Engine.Models.Trees.Importing;

public sealed class XgboostFileTests : IDisposable
{
    private const string Model = """
        {"learner":{"attributes":{},"feature_names":[],"feature_types":[],
        "gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1","size_leaf_vector":"0"},"tree_info":[0],"trees":[
        {"base_weights":[0,0,0,0,0],"categories":[1,33],"categories_nodes":[1],"categories_segments":[0],"categories_sizes":[2],"default_left":[1,0,0,0,0],"id":0,
        "left_children":[1,3,-1,-1,-1],"loss_changes":[1,1,0,0,0],"parents":[2147483647,0,0,1,1],"right_children":[2,4,-1,-1,-1],
        "split_conditions":[0.5,0,3,1,2],"split_indices":[0,1,0,0,0],"split_type":[0,1,0,0,0],"sum_hessian":[10,6,4,2,4],
        "tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"5","size_leaf_vector":"0"}}]},"name":"gbtree"},
        "learner_model_param":{"base_score":"2.5E-1","boost_from_average":"1","num_class":"0","num_feature":"2","num_target":"1"},
        "objective":{"name":"reg:squarederror","reg_loss_param":{"scale_pos_weight":"1"}}},"version":[1,7,4]}
        """;

    // Trains models of many kinds from one seed, and writes each with its rows and with XGBoost's own answers.
    private const string Script = """
        import sys, numpy as np, xgboost as xgb
        folder, seed = sys.argv[1], int(sys.argv[2])
        r = np.random.default_rng(seed); n, F = 300, 6
        X = r.standard_normal((n, F)).astype(np.float32)
        X[:, 3] = np.round(X[:, 3], 1); X[:, 5] = r.integers(0, 40, n)
        X[r.random((n, F)) < 0.15] = np.nan
        u = np.nansum(X[:, :3], 1) + np.where(np.nan_to_num(X[:, 5]) % 3 == 1, 1.0, -0.5) + 0.5 * r.standard_normal(n)
        cases = [('binary:logistic', {}), ('binary:logistic', dict(base_score=0.2, max_depth=0, max_leaves=20, grow_policy='lossguide', tree_method='hist')),
                 ('rank:ndcg', {}), ('rank:pairwise', dict(tree_method='exact')), ('reg:squarederror', dict(booster='dart', rate_drop=0.3)),
                 ('count:poisson', {}), ('binary:logitraw', {}), ('binary:logistic', dict(categorical=True, tree_method='hist', max_cat_to_onehot=3))]
        for i, (objective, more) in enumerate(cases):
            more = dict(more); categorical = more.pop('categorical', False)
            y = (u > 0).astype(float)
            if objective.startswith('rank'): y = np.digitize(u, [-1, 0, 1]).astype(float)
            if objective == 'reg:squarederror': y = u
            if objective == 'count:poisson': y = r.poisson(np.exp(np.clip(u / 2, -2, 2))).astype(float)
            kind = dict(feature_types=['q'] * 5 + ['c'], enable_categorical=True) if categorical else {}
            d = xgb.DMatrix(X, y, **kind)
            if objective.startswith('rank'): d.set_group([20] * (n // 20))
            b = xgb.train(dict(dict(objective=objective, eta=0.3, max_depth=5, seed=seed, nthread=1), **more), d, 20)
            t = xgb.DMatrix(X, **kind)
            b.save_model(f'{folder}/{i}.json')
            np.savetxt(f'{folder}/{i}.rows', X.astype(np.float64), fmt='%.9g')
            np.savetxt(f'{folder}/{i}.answers', np.column_stack([b.predict(t), b.predict(t, output_margin=True), b.predict(t, pred_contribs=True)]).astype(np.float64), fmt='%.9g')
        print(len(cases))
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-xgboost-").FullName;

    private string File => Path.Combine(_root, "model.json");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Models_made_on_the_spot_answer_as_XGBoost_does()
    {
        if (Python() is not { } python)
        {
            Assert.Skip("No python3 on this machine can import xgboost (Debian: python3-xgboost).");
            return;
        }

        for (int seed = 1; seed <= FullRun.Or(1, 10); seed++)
        {
            RequireEqual(python, seed);
        }
    }

    private void RequireEqual(string python, int seed)
    {
        int cases = int.Parse(Run(python, "-c", Script, _root, seed.ToString(CultureInfo.InvariantCulture))!.Trim(), CultureInfo.InvariantCulture);
        for (int i = 0; i < cases; i++)
        {
            TreeModel model = new(XgboostFile.Read(Path.Combine(_root, $"{i}.json")).Ensemble);
            string[] answers = System.IO.File.ReadAllLines(Path.Combine(_root, $"{i}.answers"));
            string[] rows = System.IO.File.ReadAllLines(Path.Combine(_root, $"{i}.rows"));
            double[] given = new double[2 + model.Inputs.Count + 1];
            for (int row = 0; row < rows.Length; row++)
            {
                double[] values = Numbers(rows[row]);
                given[1] = model.Ensemble.Score(values);
                given[0] = model.Ensemble.Link.Predict(given[1]);
                model.Explain(values, given.AsSpan(2));
                given[^1] = model.BaseScore;
                double[] expected = Numbers(answers[row]);
                for (int place = 0; place < given.Length; place++)
                {
                    Assert.True(Math.Abs(expected[place] - given[place]) <= 1e-5, $"case {i}, row {row}, answer {place}: {expected[place]} by XGBoost, {given[place]} here");
                }
            }
        }
    }

    [Fact]
    public void A_small_model_is_read_as_it_stands()
    {
        TreeEnsemble trees = Read(Model).Ensemble;
        Assert.Equal(["f0", "f1"], trees.Inputs.Select(input => input.Name));
        Assert.Equal(3.25, trees.Score([0.5, 1]));
        Assert.Equal(2.25, trees.Score([0.4, 1]));
        Assert.Equal(2.25, trees.Score([double.NaN, 33]));
        Assert.Equal(1.25, trees.Score([0.4, 2]));
        Assert.Equal(1.25, trees.Score([0.4, 1000]));
        Assert.Equal(2.25, trees.Score([0.4, double.NaN]));
    }

    [Theory]
    [InlineData("\"[2.5E-1]\"")]
    [InlineData("[0.25]")]
    [InlineData("0.25")]
    public void Base_scores_of_all_versions_are_read(string text) =>
        Assert.Equal(0.25, Read(Model.Replace("\"2.5E-1\"", text, StringComparison.Ordinal)).Ensemble.BaseScore);

    [Theory]
    [InlineData("binary:logistic", -1.0986122886681098)]
    [InlineData("count:poisson", -1.3862943611198906)]
    [InlineData("rank:ndcg", 0.25)]
    [InlineData("binary:logitraw", 0.25)]
    public void Base_scores_are_put_on_the_scale_of_the_trees(string objective, double margin) =>
        Assert.Equal(margin, Read(Model.Replace("reg:squarederror", objective, StringComparison.Ordinal)).Ensemble.BaseScore, 1e-7);

    [Theory]
    [InlineData(0.1f)]
    [InlineData(-0.1f)]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(float.MaxValue)]
    [InlineData(-float.MaxValue)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e-45f)]
    [InlineData(16777217f)]
    public void Doubles_fall_on_the_side_on_which_their_floats_fall(float threshold)
    {
        double bound = XgboostTree.LargestBelow(threshold);
        Assert.True((float)bound < threshold);
        Assert.False((float)Math.BitIncrement(bound) < threshold);
    }

    [Theory]
    [InlineData("\"num_class\":\"0\"", "\"num_class\":\"3\"", "several classes")]
    [InlineData("\"name\":\"gbtree\"", "\"name\":\"gblinear\"", "'gblinear' has no trees")]
    [InlineData("reg:squarederror", "reg:wonder", "'reg:wonder' is not known")]
    [InlineData("\"2.5E-1\"", "\"[1,2]\"", "not one number")]
    [InlineData("\"right_children\":[2,", "\"right_children\":[9,", "node 9")]
    [InlineData("\"right_children\":[2,", "\"right_children\":[0,", "reached twice")]
    [InlineData("\"split_indices\":[0,1", "\"split_indices\":[0,7", "input 7 of 2")]
    [InlineData("\"sum_hessian\":[10,", "\"sum_hessian\":[", "4 values for 5 nodes")]
    [InlineData("\"learner\"", "\"teacher\"", "no 'learner'")]
    [InlineData("\"split_conditions\":[0.5,", "\"split_conditions\":[true,", "tree 0")]
    [InlineData("\"categories_sizes\":[2]", "\"categories_sizes\":[5]", "tree 0")]
    [InlineData("\"version\":[1,7,4]}", "", "not an XGBoost JSON model")]
    [InlineData("{\"learner\"", "{L\0\0\0\0\0\0\0\u0007learner{", "binary form (UBJSON)")]
    [InlineData("\"num_feature\":\"2\",\"num_target\"", "\"num_feature\":\"two\",\"num_target\"", "damaged")]
    public void Bad_files_are_refused_with_the_reason(string from, string to, string word)
    {
        ForeignModelException error = Assert.Throws<ForeignModelException>(() => Read(Model.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    private ForeignModel Read(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return XgboostFile.Read(File);
    }

    private static double[] Numbers(string line) => [.. line.Split(' ').Select(word => word == "nan" ? double.NaN : double.Parse(word, CultureInfo.InvariantCulture))];

    private static string? Python() => new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => Run(python, "-c", "import xgboost, numpy") is not null);

    private static string? Run(string file, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            errors.Wait();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
