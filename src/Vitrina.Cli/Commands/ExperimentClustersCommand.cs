using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Vitrina.Experimentation.Clusters;
using Vitrina.Experimentation.Tables;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina experiment clusters</c>: mini-markets found in who deals with what.</summary>
internal static class ExperimentClustersCommand
{
    public static Command Create()
    {
        var edges = new Option<string>("--edges") { Description = "CSV with left, right, weight (1 when absent); .gz is unpacked.", Required = true };
        var truth = new Option<string?>("--truth") { Description = "CSV with node, cluster (or side, node, cluster): prints the adjusted Rand index against it." };
        var output = new Option<string?>("--out") { Description = "Write the map as CSV: side, node, cluster, leakage." };
        var resolution = new Option<double>("--resolution") { Description = "Larger values give more and smaller clusters.", DefaultValueFactory = _ => 1 };
        var maxShare = new Option<double>("--max-share") { Description = "Largest share of the weight in one cluster.", DefaultValueFactory = _ => 1 };
        var minShare = new Option<double>("--min-share") { Description = "Clusters with a smaller share are joined to their nearest.", DefaultValueFactory = _ => 0 };
        var balanced = new Option<int>("--balanced") { Description = "Join clusters to so many of nearly equal weight; 0 = as found." };
        var restarts = new Option<int>("--restarts") { Description = "Orders that are tried.", DefaultValueFactory = _ => 10 };
        var (seed, json) = (new Option<ulong>("--seed") { Description = "Seeds the orders.", DefaultValueFactory = _ => 1 }, EngineAccess.JsonOption());
        var command = new Command("clusters", "Find mini-markets in a graph of interactions, from before the test. Example: vitrina experiment clusters --edges responses.csv --out map.csv") { edges, truth, output, resolution, maxShare, minShare, balanced, restarts, seed, json };
        command.SetAction(parsed =>
        {
            var options = new ClusterOptions
            {
                Resolution = parsed.GetValue(resolution) is > 0 and var gamma ? gamma : throw new UsageException("--resolution must be positive"),
                MaxShare = parsed.GetValue(maxShare) is > 0 and <= 1 and var most ? most : throw new UsageException("--max-share must lie in (0, 1]"),
                MinShare = parsed.GetValue(minShare) is >= 0 and < 1 and var least ? least : throw new UsageException("--min-share must lie in [0, 1)"),
                BalancedCount = Math.Max(0, parsed.GetValue(balanced)),
                Restarts = Math.Clamp(parsed.GetValue(restarts), 1, 1000),
                Seed = parsed.GetValue(seed),
            };
            Run(ExperimentAnalyzeCommand.Existing(parsed.GetValue(edges)!), parsed.GetValue(truth), parsed.GetValue(output), options, new Terminal(parsed.GetValue(json)));
            return 0;
        });
        return command;
    }

    private static void Run(string path, string? truth, string? output, ClusterOptions options, Terminal terminal)
    {
        var (graph, left, right) = Read(path);
        var map = ClusterDetection.Find(graph, options);
        string NameOf(int node) => node < graph.LeftCount ? left.Names[node] : right.Names[node - graph.LeftCount];
        string SideOf(int node) => node < graph.LeftCount ? "left" : "right";
        var index = truth is null ? double.NaN : Agreement(ExperimentAnalyzeCommand.Existing(truth), map, left, right, graph.LeftCount);
        if (output is not null)
        {
            var text = new StringBuilder("side,node,cluster,leakage\n");
            for (var node = 0; node < graph.NodeCount; node++)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{SideOf(node)},{Quoted(NameOf(node))},{map.Cluster[node]},{map.LeakageOf(graph, node):0.####}\n");
            }

            File.WriteAllText(output, text.ToString());
        }

        var leaking = Enumerable.Range(0, graph.NodeCount).Where(node => map.LeakageOf(graph, node) > 0).OrderByDescending(node => map.LeakageOf(graph, node) * graph.Degree(node)).ToArray();
        var document = new JsonObject
        {
            ["modularity"] = map.Modularity,
            ["cutShare"] = map.CutShare,
            ["clusterCount"] = map.ClusterCount,
            ["effectiveClusters"] = map.EffectiveClusters,
            ["totalWeight"] = graph.TotalWeight,
            ["nodes"] = graph.NodeCount,
            ["ari"] = double.IsNaN(index) ? null : JsonValue.Create(index),
            ["map"] = new JsonObject
            {
                ["left"] = new JsonObject([.. Enumerable.Range(0, graph.LeftCount).Select(node => KeyValuePair.Create<string, JsonNode?>(NameOf(node), map.Cluster[node]))]),
                ["right"] = new JsonObject([.. Enumerable.Range(graph.LeftCount, graph.RightCount).Select(node => KeyValuePair.Create<string, JsonNode?>(NameOf(node), map.Cluster[node]))]),
            },
            ["leaking"] = new JsonArray([.. leaking.Select(node => new JsonObject { ["side"] = SideOf(node), ["node"] = NameOf(node), ["leakage"] = map.LeakageOf(graph, node) })]),
        };
        terminal.Result(document, () =>
        {
            terminal.Say($"{map.ClusterCount} clusters ({map.EffectiveClusters:0.0} effective), modularity {map.Modularity:0.0000}, {100 * map.CutShare:0.0} % of the weight runs between them{(double.IsNaN(index) ? "" : $", ARI {index:0.0000}")}.");
            terminal.Table(["cluster", "left", "right", "weight", "leaving"], Enumerable.Range(0, map.ClusterCount).Take(50).Select(cluster => Row(graph, map, cluster)));
            terminal.Say($"{leaking.Length} of {graph.NodeCount} nodes stand in two clusters or more; most: {string.Join(", ", leaking.Take(10).Select(NameOf))}.");
        });
    }

    private static IReadOnlyList<string> Row(BipartiteGraph graph, ClusterMap map, int cluster)
    {
        int[] nodes = [.. Enumerable.Range(0, graph.NodeCount).Where(node => map.Cluster[node] == cluster)];
        double weight = nodes.Sum(graph.Degree), leaving = nodes.Sum(node => graph.Degree(node) * map.LeakageOf(graph, node));
        return [$"{cluster}", $"{nodes.Count(node => node < graph.LeftCount)}", $"{nodes.Count(node => node >= graph.LeftCount)}", $"{weight / 2:0.#}", $"{100 * leaving / weight:0.0} %"];
    }

    private static (BipartiteGraph, NameTable Left, NameTable Right) Read(string path)
    {
        var source = CsvSource.Open(path);
        int left = source.Require("left"), right = source.Require("right"), weight = source.Find("weight");
        NameTable lefts = new(), rights = new();
        var links = new List<(int, int, double)>();
        source.Read(() => (row, _) =>
        {
            var value = weight < 0 ? 1 : row.Number(weight);
            links.Add((lefts.NumberOf(row[left]), rights.NumberOf(row[right]), value > 0 ? value : throw row.Mistake(weight, "a weight must be positive")));
        }, threads: 1);
        return links.Count == 0 ? throw new TableException(source.Name, 0, "", "the file has no edges") : (new BipartiteGraph(lefts.Names.Count, rights.Names.Count, links), lefts, rights);
    }

    // Nodes that both maps know; without a column "side" a name stands for both sides.
    private static double Agreement(string path, ClusterMap map, NameTable left, NameTable right, int leftCount)
    {
        var source = CsvSource.Open(path);
        int node = source.Require("node"), cluster = source.Require("cluster"), side = source.Find("side");
        var given = new NameTable();
        List<int> found = [], truth = [];
        source.Read(() => (row, _) =>
        {
            var name = row.Text(node);
            var label = given.NumberOf(row[cluster]);
            var where = side < 0 ? "" : row.Text(side);
            foreach (var at in (int[])[where == "right" ? -1 : left.Find(name), where == "left" || right.Find(name) < 0 ? -1 : right.Find(name) + leftCount])
            {
                if (at >= 0)
                {
                    found.Add(map.Cluster[at]);
                    truth.Add(label);
                }
            }
        }, threads: 1);
        return found.Count < 2 ? throw new TableException(source.Name, 0, "node", "no node of the map is in the edges") : ClusterMap.AdjustedRandIndex(found, truth);
    }

    private static string Quoted(string name) => name.AsSpan().IndexOfAny(',', '"') < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
