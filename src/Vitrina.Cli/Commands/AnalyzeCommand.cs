using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vitrina.Cli.Importing;
using Vitrina.Engine.Language;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina analyze</c>: what the index sees of a text, and the stems of words.</summary>
internal static class AnalyzeCommand
{
    private const string StandardInput = "-";

    private delegate int Stemmer(Span<char> word);

    public static Command Create()
    {
        var text = new Argument<string>("text") { Description = "A text; with --stems a file of words, plain or .gz, one a line (what stands behind a tab is left out), or - for the standard input." };
        var language = new Option<string[]>("--language") { Description = "A language whose words are stemmed: ru or en; repeat it for both.", Required = true };
        var stems = new Option<bool>("--stems") { Description = "Print each word of a file with its stem, separated by a tab." };
        var json = EngineAccess.JsonOption();
        var command = new Command("analyze", "Show the terms that a text is indexed by. Example: vitrina analyze --language ru \"Кружки 350 мл\"") { text, language, stems, json };
        command.SetAction(parsed =>
        {
            string[] languages = [.. parsed.GetValue(language)!.SelectMany(part => part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
            if (languages.FirstOrDefault(name => name is not ("ru" or "en")) is { } unknown)
            {
                throw new UsageException($"--language: '{unknown}' is not known; known are ru and en");
            }

            return parsed.GetValue(stems)
                ? PrintStems(parsed.GetValue(text)!, languages, parsed.GetValue(json))
                : PrintTokens(parsed.GetValue(text)!, languages, new Terminal(parsed.GetValue(json)));
        });
        return command;
    }

    private static int PrintStems(string file, string[] languages, bool isJson)
    {
        if (languages is not [var language])
        {
            throw new UsageException("--stems: name one language");
        }

        if (isJson)
        {
            throw new UsageException("--stems: prints lines of word and stem, and takes no --json");
        }

        if (file != StandardInput && !File.Exists(file))
        {
            throw new UsageException($"there is no file '{file}'");
        }

        Stemmer stemmer = language == "ru" ? RussianStemmer.Stem : EnglishStemmer.Stem;
        using var source = file == StandardInput ? null : InputFile.Open(file);
        using var input = source is null ? Console.In : new StreamReader(source.Content);
        while (input.ReadLine() is { } line)
        {
            var word = line.Split('\t')[0].Trim();
            if (word.Length > 0)
            {
                Span<char> letters = word.ToLowerInvariant().ToCharArray();
                Console.Out.WriteLine($"{word}\t{letters[..stemmer(letters)]}");
            }
        }

        return 0;
    }

    private static int PrintTokens(string text, string[] languages, Terminal terminal)
    {
        var tokens = new TokenBuffer();
        new TextAnalyzer(languages).Analyze(text, tokens);
        var found = Enumerable.Range(0, tokens.Count).Select(index => (Term: tokens.Term(index).ToString(), tokens[index].Position, tokens[index].Traits)).OrderBy(token => token.Position).ToList();
        var document = new JsonObject
        {
            ["text"] = text,
            ["words"] = tokens.PositionCount,
            ["tokens"] = new JsonArray([.. found.Select(token => new JsonObject
            {
                ["term"] = token.Term,
                ["position"] = token.Position,
                ["traits"] = new JsonArray([.. NamesOf(token.Traits).Select(name => JsonValue.Create(name))]),
            })]),
        };
        terminal.Result(document, () => terminal.Table(
            ["position", "term", "kind"], found.Select(token => new[] { token.Position.ToString(CultureInfo.InvariantCulture), token.Term, string.Join(", ", NamesOf(token.Traits)) })));
        return 0;
    }

    private static string[] NamesOf(TokenTraits traits) =>
        [.. Enum.GetValues<TokenTraits>().Where(trait => trait != TokenTraits.None && traits.HasFlag(trait)).Select(trait => char.ToLowerInvariant(trait.ToString()[0]) + trait.ToString()[1..])];
}
