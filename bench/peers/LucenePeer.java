// Lucene 4.10, BM25, top 10 over the lines of titles.txt. Usage: java -cp JARS LucenePeer.java DATASET INDEX TITLES K1 B
// Builds the index, prints a line of JSON, then answers each line of input, "or" or "and", by one pass over queries.txt and a line of JSON.
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

public class LucenePeer {
    public static void main(String[] arguments) throws Exception {
        BM25Similarity similarity = new BM25Similarity(Float.parseFloat(arguments[3]), Float.parseFloat(arguments[4]));
        File folder = new File(arguments[1]);
        double seconds = build(arguments[0], folder, Integer.parseInt(arguments[2]), similarity);
        long bytes = 0;
        for (File file : folder.listFiles()) {
            bytes += file.length();
        }

        IndexReader reader = DirectoryReader.open(new MMapDirectory(folder));
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setSimilarity(similarity);
        System.out.printf(Locale.ROOT, "{\"build_seconds\":%.3f,\"bytes_per_doc\":%.1f}%n", seconds, (double) bytes / Math.max(1, reader.numDocs()));
        List<String> lines = Files.readAllLines(Paths.get(arguments[0], "queries.txt"));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        String mode;
        while ((mode = input.readLine()) != null) {
            run(searcher, queries(lines, mode.equals("and") ? BooleanClause.Occur.MUST : BooleanClause.Occur.SHOULD));
        }
    }

    private static double build(String dataset, File folder, int titles, BM25Similarity similarity) throws Exception {
        long started = System.nanoTime();
        IndexWriterConfig config = new IndexWriterConfig(Version.LUCENE_4_10_4, new WhitespaceAnalyzer());
        config.setSimilarity(similarity);
        config.setRAMBufferSizeMB(512);
        FieldType type = new FieldType();
        type.setIndexed(true);
        type.setTokenized(true);
        type.setIndexOptions(FieldInfo.IndexOptions.DOCS_AND_FREQS);
        type.setStored(false);
        type.freeze();
        try (IndexWriter writer = new IndexWriter(FSDirectory.open(folder), config);
                BufferedReader lines = Files.newBufferedReader(Paths.get(dataset, "titles.txt"), StandardCharsets.UTF_8)) {
            String line;
            for (int read = 0; read < titles && (line = lines.readLine()) != null; read++) {
                Document document = new Document();
                document.add(new Field("t", line, type));
                writer.addDocument(document);
            }

            writer.forceMerge(1);
        }

        return (System.nanoTime() - started) / 1e9;
    }

    private static List<BooleanQuery> queries(List<String> lines, BooleanClause.Occur occur) {
        List<BooleanQuery> queries = new ArrayList<>();
        for (String line : lines) {
            BooleanQuery query = new BooleanQuery(true);
            for (String term : line.trim().split("\\s+")) {
                query.add(new TermQuery(new Term("t", term)), occur);
            }

            queries.add(query);
        }

        return queries;
    }

    private static void run(IndexSearcher searcher, List<BooleanQuery> queries) throws Exception {
        double[] microseconds = new double[queries.size()];
        long startedProcessor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long started = System.nanoTime();
        for (int i = 0; i < microseconds.length; i++) {
            long before = System.nanoTime();
            searcher.search(queries.get(i), 10);
            microseconds[i] = (System.nanoTime() - before) / 1e3;
        }

        double seconds = (System.nanoTime() - started) / 1e9;
        double processor = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - startedProcessor) / 1e3 / microseconds.length;
        Arrays.sort(microseconds);
        System.out.printf(
            Locale.ROOT, "{\"qps\":%.1f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"cpu_us\":%.2f}%n",
            microseconds.length / seconds, microseconds[microseconds.length / 2], microseconds[microseconds.length * 99 / 100], processor);
    }
}
